import path from "node:path";
import { isOwnType, KIND_FOLDER } from "../../core/outside-kind.ts";
import type { Kinds } from "../../core/kinds.ts";
import { closest } from "../../core/suggest.ts";
import type { Diagnostic } from "../../schemas/diagnostic.ts";
import type { Kind as KindFile } from "../../schemas/generated/kind.ts";
import { validateValue } from "../../schemas/validators.ts";
import { checkStructure } from "../check-structure.ts";
import type { ReadText } from "../extend.ts";
import type { Layers } from "../layers.ts";
import type { Path } from "../mapping.ts";
import { codeOfUnread } from "../outside-error.ts";

interface Around {
  /** The kind's folder, as the recipe's paths count. */
  place: string;
  read: ReadText;
  /** Their types of artifacts are known. */
  kinds: Kinds;
}

/** What the schema of a kind.yaml cannot say of it: `layers` is its own text. */
export function checkOutsideKind(layers: Layers, file: KindFile, around: Around): Diagnostic[] {
  return [
    ...wrongLock(layers, file, around),
    ...wrongTypes(layers, file, around.kinds),
    ...wrongRequired(layers, file),
    ...wrongMain(layers, file),
    ...Object.entries(file.properties ?? {}).flatMap(([name, parameter]) =>
      wrongParameter(layers, name, parameter),
    ),
  ];
}

/** The lock file lies in the folder, so that its content is the kind's. */
function wrongLock(layers: Layers, { environment }: KindFile, { place, read }: Around): Diagnostic[] {
  if (environment === undefined) return [];
  const inside = path.normalize(environment);
  if (path.isAbsolute(environment) || inside === ".." || inside.startsWith(`..${path.sep}`)) {
    const message = `The lock file '${environment}' must lie in the kind's folder: what lies elsewhere is no part of the kind.`;
    return [layers.diagnostic("R0320", ["environment"], message)];
  }
  try {
    read(path.join(place, inside));
    return [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `The lock file cannot be read: ${why}`;
    return [layers.diagnostic(codeOfUnread(error, "R0320"), ["environment"], message)];
  }
}

/** A type is known, or the kind's own: <group>/<name>. */
function wrongTypes(layers: Layers, file: KindFile, { types }: Kinds): Diagnostic[] {
  const outputs = Object.entries(file["x-outputs"] ?? {}).map(([name, type]) => ({
    type,
    path: ["x-outputs", name] as Path,
    known: [...types.keys()],
  }));
  const inputs = Object.entries(file.properties ?? {}).flatMap(([name, parameter]) =>
    (["x-artifact", "x-artifacts"] as const).flatMap((keyword) =>
      (parameter[keyword] ?? []).map((type, index) => ({
        type,
        path: ["properties", name, keyword, index] as Path,
        known: [...types.keys(), "hub"],
      })),
    ),
  );
  return [...outputs, ...inputs].flatMap(({ type, path: at, known }) => {
    if (known.includes(type) || isOwnType(type)) return [];
    const near = closest(type, known);
    const hint = near === undefined ? `There is: ${known.join(", ")}.` : `Did you mean '${near}'?`;
    const message = `There is no type of artifacts '${type}'. ${hint} A type of its own is written <group>/<name>.`;
    return [layers.diagnostic("R0322", at, message, { suggestion: near })];
  });
}

function wrongRequired(layers: Layers, { required = [], properties = {} }: KindFile): Diagnostic[] {
  const known = Object.keys(properties);
  return required.flatMap((name, index) => {
    if (known.includes(name)) return [];
    const near = closest(name, known);
    const hint = near === undefined ? `It has: ${known.join(", ") || "none"}.` : `Did you mean '${near}'?`;
    const message = `The kind has no parameter '${name}'. ${hint}`;
    return [layers.diagnostic("R0322", ["required", index], message, { suggestion: near })];
  });
}

function wrongMain(layers: Layers, file: KindFile): Diagnostic[] {
  const main = Object.entries(file["x-metrics"] ?? {}).flatMap(([name, about]) =>
    typeof about === "object" && about.main === true ? [name] : [],
  );
  return main.slice(1).map((name) => {
    const related = [{ message: `'${main[0]}' is one`, path: ["x-metrics", main[0]!] }];
    const message = "A kind has one main metric at most.";
    return layers.diagnostic("R0322", ["x-metrics", name, "main"], message, { related });
  });
}

/** A parameter's schema can be used, takes artifacts as texts alone, and its default fits it. */
function wrongParameter(
  layers: Layers,
  name: string,
  parameter: NonNullable<KindFile["properties"]>[string],
): Diagnostic[] {
  const at: Path = ["properties", name];
  if (name === KIND_FOLDER)
    return [
      layers.diagnostic(
        "R0322",
        at,
        `No parameter can be called '${name}': so the kind's own folder is called among a step's inputs.`,
        { at: "key" },
      ),
    ];
  const { default: usual, ...schema } = parameter;
  const { "x-artifact": one, "x-artifacts": many, type } = schema;
  if (one !== undefined && type !== "string")
    return [
      layers.diagnostic("R0322", at, `'${name}' takes an artifact: its type is string.`, { at: "key" }),
    ];
  if (many !== undefined && (type !== "object" || one !== undefined))
    return [
      layers.diagnostic("R0322", at, `'${name}' takes artifacts by name: its type is object.`, { at: "key" }),
    ];
  try {
    const validate = validateValue(schema);
    return usual === undefined
      ? []
      : checkStructure(layers, validate, structuredClone(usual), [...at, "default"]);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [layers.diagnostic("R0322", at, `The parameter '${name}' cannot be used: ${why}.`, { at: "key" })];
  }
}
