import path from "node:path";
import type { Artifact } from "../schemas/plan.ts";
import { isLeftBehind, KIND_FOLDER } from "../core/outside-kind.ts";
import { StepFailure } from "../core/step-failure.ts";
import type { Store } from "../store/store.ts";

/**
 * Throws a StepFailure if an input of a step is no longer what its digest says: a result must not stand under the digest of
 * what it was not made from. `since` is when the step began to work (ms since 1970): without it, it has not yet.
 */
export async function refuseChangedInputs(
  store: Store,
  run: string,
  inputs: Record<string, Artifact | string>,
  since?: number,
): Promise<void> {
  for (const [name, input] of Object.entries(inputs)) {
    if (typeof input === "string") continue;
    await (path.isAbsolute(input.uri)
      ? refuseChangedFile(store, run, input, name === KIND_FOLDER)
      : refuseChangedArtifact(store, run, name.replace(/^inputs\./, ""), input, since));
  }
}

async function refuseChangedFile(store: Store, run: string, input: Artifact, isKind: boolean): Promise<void> {
  const passOver = isKind ? isLeftBehind : undefined;
  const digest = await store.inputs.digest(input.uri, passOver).catch(() => null);
  if (digest === input.digest) return;
  throw new StepFailure(
    "data",
    `The input '${input.uri}' ${digest === null ? "is gone" : "was changed"} since the run began. Put it back, or take what is there now: 'reprise resume ${run}'.`,
  );
}

// A clock of the file system may be a little behind.
const SLACK_MS = 1_000;

/** Published files are read-only, but not for root, and anybody can add one. */
async function refuseChangedArtifact(
  store: Store,
  run: string,
  name: string,
  artifact: Artifact,
  since: number | undefined,
): Promise<void> {
  const defect = await store.artifacts.defect(artifact, since && since - SLACK_MS);
  if (defect === null) return;
  await store.artifacts.markDamaged(artifact, defect);
  const again = `The step that made it runs again with 'reprise resume ${run}'.`;
  throw new StepFailure(
    "data",
    since === undefined
      ? `The input '${name}' is damaged: ${defect}. ${again}`
      : `The input '${name}' was changed while the step worked: ${defect}. What another step made is for reading only: a program that writes there must work on a copy. ${again}`,
  );
}
