import {
  titleOf,
  VERDICT_HEAD,
  verdictCells,
  verdictsAsMarkdown,
} from "../../report/claims/verdict-table.ts";
import { verdictsAsJunit } from "../../report/claims/junit.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { writeWhole } from "../../store/files.ts";
import { home } from "../../store/home.ts";
import { loadRecord } from "../../store/runs.ts";
import { EXIT, UserError } from "../errors.ts";
import { findRun } from "../find-run.ts";
import { say, sayJson } from "../output.ts";
import { exitCodeOf } from "../summary.ts";
import { drawTable } from "../table.ts";

interface Options {
  json?: boolean;
  markdown?: boolean;
  junit?: string;
}

/** Shows what runs say about the paper's claims, beside the paper. The exit code is that of the worst run. */
export async function verify(names: string[], { json, markdown, junit }: Options): Promise<number> {
  const root = home.find(process.cwd(), process.env);
  const records: RunRecord[] = [];
  for (const name of names) {
    const { request } = await findRun(root, name);
    const record = await loadRecord(root, request.run);
    if (record === undefined)
      throw new UserError(EXIT.failed, `The run ${request.run} is not over; there is no verdict yet.`);
    records.push(record);
  }
  if (junit !== undefined) await writeWhole(junit, verdictsAsJunit(records));
  if (json)
    sayJson({
      runs: records.map(({ run, recipe, status, claims }) => ({
        ...{ run, recipe: recipe.name, profile: recipe.profile, status, claims },
      })),
    });
  else if (markdown) say(verdictsAsMarkdown(records).trimEnd());
  else say(records.map(asText).join("\n\n"));
  return Math.max(...records.map(exitCodeOf));
}

function asText(record: RunRecord): string {
  const title = titleOf(record);
  if (record.claims.length === 0) return `${title}\nThe recipe claims nothing.`;
  const table = drawTable(VERDICT_HEAD, record.claims.map(verdictCells));
  return [title, table, ...record.claims.map(({ id, because }) => `${id}: ${because}`)].join("\n");
}
