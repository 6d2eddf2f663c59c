// npm run kinds: notes the sources of each kind whose x-version was raised, in schemas/kind-sources.json. A kind whose sources
// changed without it is told, and fails. `npm run kinds -- --harmless eval/mcq` (or `all`) says that the same parameters still
// give the same result.
import fs from "node:fs";
import path from "node:path";
import prettier from "prettier";
import { compareKinds, recordOf } from "./kinds/compare.mjs";
import { sourcesOfKinds } from "./kinds/sources.mjs";
import { readJson, root, toolchainFile } from "./setup/places.mjs";
import { setUpOrExit } from "./setup.mjs";

const file = path.join(root, "schemas", "kind-sources.json");

/** The record as it stands, the sources as they are, and what differs. */
export async function lookAtKinds(python = process.env.REPRISE_PYTHON || readJson(toolchainFile).python) {
  const recorded = fs.existsSync(file) ? readJson(file) : { kinds: {}, files: {} };
  const sources = await sourcesOfKinds(root, python);
  const now = recordOf(sources, versionsOf(Object.keys(sources)));
  return { recorded, now, ...compareKinds(recorded, now, sources) };
}

const versionsOf = (kinds) =>
  Object.fromEntries(
    kinds.map((kind) => {
      const schema = path.join(root, "activities", kind.replace("/", "-"), "schema.json");
      return [kind, readJson(schema)["x-version"]];
    }),
  );

async function main(args) {
  const harmless = args[0] === "--harmless" ? args.slice(1) : [];
  await setUpOrExit(["node", "python"]);
  const { recorded, now, raised, silent } = await lookAtKinds();
  const unknown = harmless.find((kind) => kind !== "all" && !(kind in now.kinds));
  if (unknown !== undefined || (args.length > 0 && harmless.length === 0)) {
    const wrong =
      unknown === undefined ? `'${args.join(" ")}' is not understood` : `There is no kind '${unknown}'`;
    console.error(`${wrong}. Write: npm run kinds -- --harmless KIND... (or all).`);
    process.exit(2);
  }
  const declared = (kind) => harmless.includes("all") || harmless.includes(kind);
  const left = silent.filter(({ kind }) => !declared(kind));
  const untouched = Object.fromEntries(left.map(({ kind }) => [kind, recorded.kinds[kind]]));
  // Of files that a kind left over has too, the old digests stay: they say what changed.
  const kept = Object.fromEntries(
    left.flatMap(({ files }) => files.map((one) => [one, recorded.files[one]])),
  );
  const next = { kinds: { ...now.kinds, ...untouched }, files: { ...now.files, ...kept } };
  const options = await prettier.resolveConfig(path.join(root, "package.json"));
  fs.writeFileSync(file, await prettier.format(JSON.stringify(next), { ...options, parser: "json" }));
  const noted = [...raised, ...silent.filter(({ kind }) => declared(kind))].map(({ kind }) => kind);
  console.log(noted.length > 0 ? `Noted: ${noted.join(", ")}.` : "Nothing to note.");
  for (const { kind, files } of left)
    console.error(`${kind} changed without its x-version: ${files.join(", ")}`);
  if (left.length > 0) {
    console.error(
      "Raise x-version where the same parameters give another result; else: npm run kinds -- --harmless KIND",
    );
    process.exit(1);
  }
}

if (process.argv[1] === path.join(root, "scripts", "kinds.mjs")) await main(process.argv.slice(2));
