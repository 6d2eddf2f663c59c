import { titleOf, VERDICT_HEAD, verdictCells, verdictsAsMarkdown } from "../../report/verdict-table.ts";
import { testsNote } from "../../report/tests-note.ts";
import { verdictsAsJunit } from "../../report/junit.ts";
import { sentenceOf, type Comparison } from "../../verdict/reference.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { writeWhole } from "../../store/files.ts";
import { addDigests, compareIn, readDigests } from "../digests-file.ts";
import { EXIT } from "../errors.ts";
import { findRun } from "../../runs/find-run.ts";
import { withoutRecord } from "../without-record.ts";
import { say, sayJson } from "../output.ts";
import { exitCodeOf } from "../summary.ts";
import { drawTable } from "../table.ts";
import { storeHere } from "../store-here.ts";

interface Options {
  json?: boolean;
  markdown?: boolean;
  junit?: string;
  digests?: string;
  writeDigests?: string;
}

/** Shows what runs say about the paper's claims, beside the paper. The exit code is that of the worst run. */
export async function verify(names: string[], options: Options): Promise<number> {
  const { json, markdown, junit, digests, writeDigests } = options;
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
  else say(records.map((record, index) => asText(record, bytes[index] ?? null)).join("\n\n"));
  const differ = bytes.some((comparison) => comparison?.same === false);
  return Math.max(differ ? EXIT.notReproduced : EXIT.done, ...records.map(exitCodeOf));
}

function asText(record: RunRecord, bytes: Comparison | null): string {
  const title = titleOf(record);
  const end = bytes === null ? [] : [sentenceOf(bytes)];
  if (record.claims.length === 0) return [title, "The recipe claims nothing.", ...end].join("\n");
  const table = drawTable(VERDICT_HEAD, record.claims.map(verdictCells));
  const note = testsNote(record);
  const reasons = record.claims.map(({ id, because }) => `${id}: ${because}`);
  return [title, table, ...reasons, ...(note === null ? [] : [note]), ...end].join("\n");
}
