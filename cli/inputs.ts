import { stat } from "node:fs/promises";
import path from "node:path";
import type { Artifact, Plan } from "../schemas/plan.ts";
import { manifestOf } from "../store/manifest.ts";
import { EXIT, UserError } from "./errors.ts";

/** Which inputs of a plan are not there. Paths count from the working folder. */
export async function missingInputs(plan: Plan, folder: string): Promise<string[]> {
  const found = await Promise.all(
    Object.entries(plan.inputs).map(async ([name, { path: place }]) => {
      const isFolder = await stat(path.resolve(folder, place)).then(
        (entry) => entry.isDirectory(),
        () => false,
      );
      return isFolder ? [] : [name];
    }),
  );
  return found.flat();
}

/** The inputs as artifacts, by the digest of their content. */
export async function digestInputs(plan: Plan, folder: string): Promise<Record<string, Artifact>> {
  const missing = await missingInputs(plan, folder);
  if (missing.length > 0) {
    const list = missing.map((name) => `  inputs.${name}: '${plan.inputs[name]!.path}' is no folder [R0401]`);
    throw new UserError(
      EXIT.invalid,
      `Inputs of '${plan.recipe.path}' are missing; nothing was started.\n${list.join("\n")}`,
    );
  }
  const artifacts: Record<string, Artifact> = {};
  for (const [name, { type, path: place, sha256 }] of Object.entries(plan.inputs)) {
    const uri = path.resolve(folder, place);
    const { digest } = await manifestOf(uri);
    if (sha256 !== null && sha256 !== digest) {
      throw new UserError(
        EXIT.invalid,
        `inputs.${name}: '${place}' has the digest ${digest}, the recipe states ${sha256} [R0402].`,
      );
    }
    artifacts[name] = { uri, digest, type };
  }
  return artifacts;
}
