// What must hold of a run that was struck: nothing lost, nothing done twice that was finished, nothing left behind.
import fs from "node:fs";
import path from "node:path";
import { root } from "../setup/places.mjs";

// Only there once the set-up has built it.
const built = (...module) => import(path.join(root, "dist", ...module));

const eventsOf = async (home, run, step) => {
  const { readJsonLines } = await built("store", "files.js");
  return readJsonLines(path.join(home, "runs", run, step, "events.jsonl"));
};

/** The newest record of a store. */
export function recordIn(home) {
  const runs = path.join(home, "runs");
  const last = fs.readdirSync(runs).sort().at(-1);
  return JSON.parse(fs.readFileSync(path.join(runs, last, "record.json"), "utf8"));
}

/** Digests of all outputs and all metrics, by step. */
const resultsOf = ({ steps }) =>
  Object.fromEntries(
    steps.map(({ id, outputs, metrics }) => [
      id,
      {
        ...Object.fromEntries(Object.entries(outputs).map(([name, { digest }]) => [name, digest])),
        // Times differ from run to run.
        ...Object.fromEntries(Object.entries(metrics).filter(([name]) => name !== "step_time")),
      },
    ]),
  );

/** Results that differ from the undisturbed run's, as `sft.adapter`. */
export function differences(record, undisturbed) {
  const [ours, theirs] = [resultsOf(record), resultsOf(undisturbed)];
  return Object.entries(theirs).flatMap(([id, results]) =>
    Object.keys(results)
      .filter((name) => results[name] !== ours[id][name])
      .map((name) => `${id}.${name} (${results[name]}, now ${ours[id][name]})`),
  );
}

/** Finished steps that were begun again: an attempt after the result was made. */
export async function doneAgain(home, { run, steps }) {
  const found = [];
  for (const { id, ended } of steps) {
    const events = await eventsOf(home, run, id);
    if (events.some(({ event, time }) => event === "attempt" && time * 1000 > Date.parse(ended)))
      found.push(id);
  }
  return found;
}

/** The most work that one loss cost, in units beyond the last checkpoint; of trainings only. */
export async function largestLoss(home, { run, steps }) {
  const { KINDS } = await built("activities", "index.js");
  let most = 0;
  for (const { id, kind } of steps) {
    if (KINDS.get(kind).learns?.steps === undefined) continue;
    let [done, from] = [0, 0];
    for (const event of await eventsOf(home, run, id)) {
      if (event.event === "attempt") from = 0;
      if (event.event === "resumed") from = event.done;
      if (event.event !== "progress") continue;
      // The first progress of an attempt says where it begins.
      if (event.done < done && event.done <= from) most = Math.max(most, done - event.done);
      done = event.done;
    }
  }
  return most;
}
