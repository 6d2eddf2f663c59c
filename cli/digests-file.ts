import { readFile } from "node:fs/promises";
import { decodeUtf8, NotUtf8 } from "../core/decode.ts";
import { validateDigests } from "../schemas/validators.ts";
import { compareWithReference, digestsOf, type Comparison } from "../verdict/reference.ts";
import type { Digests } from "../schemas/generated/digests.ts";
import type { RunRecord } from "../schemas/generated/run-record.ts";
import { writeWhole } from "../store/files.ts";
import { EXIT, UserError } from "./errors.ts";

/** A file of digests, checked. */
export async function readDigests(file: string): Promise<Digests> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(EXIT.invalid, `The digests '${file}' cannot be read (${error.code}).`);
  });
  const validate = validateDigests();
  let value: unknown;
  try {
    value = JSON.parse(decodeUtf8(bytes, file));
  } catch (error) {
    if (error instanceof NotUtf8) throw new UserError(EXIT.invalid, error.message);
    throw notDigests(file, "it is not JSON");
  }
  if (validate(value)) return value;
  const { instancePath = "", message = "" } = validate.errors?.[0] ?? {};
  throw notDigests(file, `${instancePath === "" ? "it" : `'${instancePath}'`} ${message}`);
}

const notDigests = (file: string, why: string): UserError =>
  new UserError(
    EXIT.invalid,
    `'${file}' is no file of digests: ${why}. 'reprise verify RUN --write-digests FILE' writes one.`,
  );

/** Compares a run with that of its recipe and profile in a file of digests. */
export function compareIn({ recipe, runs }: Digests, file: string, record: RunRecord): Comparison {
  const { name, profile } = record.recipe;
  const reference = recipe === name ? runs.find((run) => run.profile === profile) : undefined;
  if (reference === undefined) {
    const there = runs.map(
      (run) => `'${recipe}'${run.profile === null ? "" : ` with profile ${run.profile}`}`,
    );
    const asked = `'${name}'${profile === null ? "" : ` with profile ${profile}`}`;
    throw new UserError(EXIT.invalid, `'${file}' has digests of ${there.join(", ")}, not of ${asked}.`);
  }
  const mode = record.reproducible?.mode ?? "fastest";
  return compareWithReference(reference, {
    steps: record.steps,
    platform: record.environment.platform,
    mode,
  });
}

/** Writes what runs of one recipe gave into a file of digests; runs of other profiles stay in it. */
export async function addDigests(file: string, records: readonly RunRecord[]): Promise<void> {
  const name = records[0]!.recipe.name;
  const other = records.find(({ recipe }) => recipe.name !== name)?.recipe.name;
  if (other !== undefined)
    throw new UserError(
      EXIT.invalid,
      `A file of digests is of one recipe; these runs are of '${name}' and '${other}'.`,
    );
  const unfinished = records.find(({ status }) => status !== "done");
  if (unfinished !== undefined)
    throw new UserError(
      EXIT.invalid,
      `The run ${unfinished.run} is ${unfinished.status}: only a run that is done is a reference.`,
    );
  const before = await readDigests(file).catch((error: unknown) => {
    if (error instanceof UserError && error.message.includes("(ENOENT)")) return undefined;
    throw error;
  });
  if (before !== undefined && before.recipe !== name)
    throw new UserError(
      EXIT.invalid,
      `'${file}' has digests of '${before.recipe}', and these runs are of '${name}'.`,
    );
  const fresh = records.map(digestsOf);
  const kept = before?.runs.filter(({ profile }) => fresh.every((run) => run.profile !== profile)) ?? [];
  const digests = { digests: 1, recipe: name, runs: [...kept, ...fresh] };
  await writeWhole(file, `${JSON.stringify(digests, null, 2)}\n`);
}
