import { titleOf, VERDICT_HEAD, verdictCells, verdictsAsMarkdown } from "../../report/verdict-table.ts";
import { testsNote } from "../../report/tests-note.ts";
import { verdictsAsJunit } from "../../report/junit.ts";
import { sentenceOf, type Comparison } from "../../verdict/reference.ts";
import type { RunRecord, RunRecordClaim } from "../../schemas/generated/run-record.ts";
import { writeWhole } from "../../store/files.ts";
import { addDigests, compareIn, readDigests } from "../digests-file.ts";
import { EXIT } from "../errors.ts";
import { findRun } from "../../runs/find-run.ts";
import { withoutRecord } from "../without-record.ts";
import { say, sayJson } from "../output.ts";
import { exitCodeOf, showVerdict } from "../summary.ts";
import { drawTable } from "../table.ts";
import { storeHere } from "../store-here.ts";

interface Options {
  json?: boolean;
  markdown?: boolean;
  details?: boolean;
  junit?: string;
  digests?: string;
  writeDigests?: string;
}

/** Shows what runs say about the paper's claims, beside the paper. The exit code is that of the worst run. */
export async function verify(names: string[], options: Options): Promise<number> {
  const { json, markdown, junit, digests, writeDigests, details = false } = options;
  const store = storeHere();
  const records: RunRecord[] = [];
  for (const name of names) {
    const { request } = await findRun(store, name);
    const record = await store.runs.loadRecord(request.run);
    if (record === undefined) throw await withoutRecord(store, request.run, "there is no verdict yet");
    records.push(record);
  }
  if (junit !== undefined) await writeWhole(junit, verdictsAsJunit(records));
  if (writeDigests !== undefined) await addDigests(writeDigests, records);
  const reference = digests === undefined ? undefined : await readDigests(digests);
  const bytes = records.map((record) =>
    reference === undefined ? null : compareIn(reference, digests!, record),
  );
  if (json)
    sayJson({
      runs: records.map(({ run, recipe, status, claims }, index) => ({
        ...{ run, recipe: recipe.name, profile: recipe.profile, status, claims },
        ...(reference === undefined ? {} : { reference: bytes[index] }),
      })),
    });
  else if (markdown) say(verdictsAsMarkdown(records).trimEnd());
  else say(records.map((record, index) => asText(record, bytes[index] ?? null, details)).join("\n\n"));
  const differ = bytes.some((comparison) => comparison?.same === false);
  return Math.max(differ ? EXIT.notReproduced : EXIT.done, ...records.map(exitCodeOf));
}

function asText(record: RunRecord, bytes: Comparison | null, details: boolean): string {
  const title = titleOf(record);
  const end = bytes === null ? [] : [sentenceOf(bytes)];
  if (record.claims.length === 0) return [title, "The recipe claims nothing.", ...end].join("\n");
  const table = details
    ? drawTable(
        ["id", ...VERDICT_HEAD],
        record.claims.map((claim) => [claim.id, ...verdictCells(claim)]),
      )
    : drawTable(SHORT_HEAD, record.claims.map(shortCells));
  const note = testsNote(record);
  const reasons = record.claims
    .filter(({ verdict }) => details || verdict !== "REPRODUCED")
    .map(({ id, because }) => `${id}: ${because}`);
  return [title, table, ...reasons, ...(note === null ? [] : [note]), ...end].join("\n");
}

const SHORT_HEAD = ["verdict", "id", "claim", "paper", "ours"];

/** What fits on a screen; interval, evidence and reasons are details. */
function shortCells(claim: RunRecordClaim): string[] {
  const [says, paper, ours] = verdictCells(claim) as [string, string, string];
  const counts = claim.counts === false ? ", does not count in this profile" : "";
  return [showVerdict(claim.verdict) + counts, claim.id, says, paper, ours];
}
