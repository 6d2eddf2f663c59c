import { EXIT } from "../errors.ts";
import { standings } from "../../runs/standing.ts";
import { counted } from "../../schemas/counted.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { say, sayJson } from "../output.ts";
import { drawTable } from "../table.ts";
import { storeHere } from "../store-here.ts";
import type { Store } from "../../store/store.ts";

interface Options {
  json?: boolean;
  watch?: boolean;
  all?: boolean;
  details?: boolean;
}

/** Lists the runs of this folder, or shows one run's steps. Reads files only: no server is needed. */
export async function status(
  name: string | undefined,
  { json = false, watch = false, all = false, details = false }: Options = {},
): Promise<number> {
  const store = storeHere();
  if (watch) await (await one()).followRun(store, name ?? "last");
  return name === undefined
    ? listAll(store, { json, all })
    : (await one()).showRun(store, name, { json, details });
}

// What a list needs nothing of is not loaded for it.
const one = () => import("../one-run.ts");

const MOST_LISTED = 20;

async function listAll(store: Store, { json, all }: { json: boolean; all: boolean }): Promise<number> {
  const found = await store.runs.loadAll();
  const listed = json || all ? found : found.slice(0, MOST_LISTED);
  const older = found.length - listed.length;
  const runs = (await standings(store, listed)).map(
    ({ started: { request, started, settings }, standing, record }) => ({
      run: request.run,
      status: standing,
      verdict: record === undefined ? null : verdictOf(record.claims),
      started,
      recipe: request.plan.recipe.path,
      profile: request.plan.recipe.profile,
      settings,
    }),
  );
  if (json) sayJson(runs);
  else if (runs.length === 0)
    say("There is no run here yet. Start one with 'reprise run RECIPE', or 'reprise demo'.");
  else {
    const rows = runs.map(({ run, status: is, verdict, started, recipe, profile, settings }) => [
      ...[run, is, verdict ?? "", started.slice(0, 16).replace("T", " "), recipe],
      [...(profile === null ? [] : [`profile ${profile}`]), ...settings].join("\n"),
    ]);
    say(drawTable(["run", "status", "verdict", "started", "recipe", "with"], rows));
    if (older > 0) say(`${counted(older, "older run")} not shown; --all lists them.`);
  }
  return EXIT.done;
}

/** The claims that count in a few words; null without any. */
function verdictOf(claims: RunRecord["claims"]): string | null {
  const counting = claims.filter(({ counts = true }) => counts);
  if (counting.length === 0) return null;
  const shown = counting.filter(({ verdict }) => verdict === "REPRODUCED").length;
  return counting.length === 1 ? counting[0]!.verdict : `${shown} of ${counting.length} REPRODUCED`;
}
