import { readSamples } from "../../record/samples-file.ts";
import type { Sample } from "../../verdict/statistics/sample.ts";
import type { RunRecordArtifact } from "../../schemas/generated/run-record.ts";
import type { Store } from "../../store/store.ts";

/**
 * The predictions of an artifact, for what only shows them. A program's may lack what ours have beside id and status. Of an
 * artifact that was lost or altered since there are none: verdicts have said what they said.
 */
export const predictionsIn = (
  store: Store,
  artifact: RunRecordArtifact,
): Promise<(Sample & { letter?: unknown })[]> =>
  store.artifacts
    .get(artifact)
    .then(readSamples)
    .catch(() => []);
