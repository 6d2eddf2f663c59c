import Table from "cli-table3";
import { home } from "../../store/home.ts";
import { listRuns, loadRecord, loadRun } from "../../store/runs.ts";
import { EXIT } from "../errors.ts";
import { findRun } from "../find-run.ts";
import { mainNumber } from "../main-number.ts";
import { say, sayJson } from "../output.ts";
import { StepFollower } from "../step-files.ts";

/** Lists the runs of this folder, or shows one run's steps. Reads files only: no server is needed. */
export async function status(
  name: string | undefined,
  { json = false }: { json?: boolean },
): Promise<number> {
  const root = home.find(process.cwd(), process.env);
  return name === undefined ? listAll(root, json) : showOne(root, name, json);
}

async function listAll(root: string, json: boolean): Promise<number> {
  const runs = await Promise.all(
    (await listRuns(root)).map(async (run) => {
      const [started, record] = await Promise.all([loadRun(root, run), loadRecord(root, run)]);
      return {
        run,
        status: record?.status ?? "unfinished",
        started: started!.started,
        recipe: started!.request.plan.recipe.path,
      };
    }),
  );
  if (json) sayJson(runs);
  else if (runs.length === 0)
    say("There is no run here yet. Start one with 'reprise run recipes/demo.yaml'.");
  else {
    const table = new Table({
      head: ["run", "status", "started", "recipe"],
      style: { head: [], border: [] },
    });
    for (const { run, status: is, started, recipe } of runs) table.push([run, is, started, recipe]);
    say(table.toString());
  }
  return EXIT.done;
}

async function showOne(root: string, name: string, json: boolean): Promise<number> {
  const { request, started } = await findRun(root, name);
  const record = await loadRecord(root, request.run);
  const followers = request.plan.steps.map(({ id }) => new StepFollower(root, request.run, id));
  await Promise.all(followers.map((follower) => follower.update()));
  const steps = followers.map(({ id, state }) => {
    const known = record?.steps.find((step) => step.id === id);
    const unfinished = state.progress === null ? "waiting" : "started";
    return {
      id,
      status: known?.status ?? state.outcome?.status ?? unfinished,
      progress: state.progress,
      metrics: known?.metrics ?? state.outcome?.metrics ?? state.metrics,
    };
  });
  if (json) sayJson({ run: request.run, status: record?.status ?? "unfinished", started, steps });
  else {
    const table = new Table({
      head: ["step", "status", "progress", "result"],
      style: { head: [], border: [] },
    });
    for (const { id, status: is, progress, metrics } of steps) {
      table.push([
        id,
        is,
        progress === null ? "" : `${progress.done}/${progress.total} ${progress.unit}s`,
        mainNumber(metrics),
      ]);
    }
    say(`${request.run}: ${record?.status ?? "unfinished"}, started ${started}`);
    say(table.toString());
  }
  return EXIT.done;
}
