import { existsSync } from "node:fs";
import prettyBytes from "pretty-bytes";
import { parseKeep } from "../../store/collect.ts";
import type { CachedStep } from "../../store/cache.ts";
import { counted } from "../../schemas/counted.ts";
import { EXIT, UserError } from "../errors.ts";
import { say, sayJson } from "../output.ts";
import { drawTable } from "../table.ts";
import { storeHere } from "../store-here.ts";
import type { Store } from "../../store/store.ts";

const store = (): Store => storeHere();

/** What removes something waits for other commands that count on the store. A store that is not there has no others. */
const changing = <T>(work: () => Promise<T>): Promise<T> =>
  existsSync(store().place) ? store().local.locked(work) : work();

interface Json {
  json?: boolean;
}

/** Lists finished steps, newest first, with size and the runs that need them. */
export async function ls({ json }: Json): Promise<number> {
  const steps = await store().cache.list();
  if (json === true) {
    sayJson({ steps });
    return EXIT.done;
  }
  const rows = steps.map(({ id, kind, fingerprint, bytes, made, neededBy }) => [
    id,
    kind,
    fingerprint.slice(0, 12),
    prettyBytes(bytes),
    made.slice(0, 16).replace("T", " "),
    shortList(neededBy),
  ]);
  const head = ["step", "kind", "fingerprint", "size", "made", "needed by"];
  say(
    steps.length === 0
      ? "The store has no finished step."
      : drawTable(head, rows, { spare: ["kind", "size"] }),
  );
  return EXIT.done;
}

/** Says what one result is, what decided it, and which runs need it. */
export async function why(name: string, { json }: Json): Promise<number> {
  const found = await named(name);
  if (json === true) sayJson(found);
  else {
    say(
      [
        `${found.id} (${found.kind}), made ${found.made} by the run ${found.run}`,
        `  fingerprint ${found.fingerprint}`,
        ...Object.entries(found.outputs).map(([output, { digest }]) => `  ${output}: artifact ${digest}`),
        `  needed by: ${found.neededBy.join(", ") || "no run"}`,
        "  decided by:",
        ...Object.entries(found.fields).map(([field, value]) => `    ${field}: ${JSON.stringify(value)}`),
      ].join("\n"),
    );
  }
  return EXIT.done;
}

/** Removes a result, or a run's record and logs; refuses what a live run works with. */
export async function rm(names: string[], { force, json }: Json & { force?: boolean }): Promise<number> {
  const removed: string[] = [];
  for (const name of names) {
    const meant = await fingerprintOf(name);
    const outcome = await changing(() => store().cache.remove(meant, force === true));
    if (outcome.how === "unknown")
      throw new UserError(
        EXIT.invalid,
        `There is no result or run '${name}'. 'reprise cache ls' lists results.`,
      );
    if (outcome.how === "live")
      throw new UserError(EXIT.failed, `'${name}' belongs to a run that is not over: ${outcome.run}.`);
    if (outcome.how === "needed") {
      const runs = shortList(outcome.runs);
      throw new UserError(
        EXIT.failed,
        `'${name}' is needed by the record of ${runs}. Remove the run first, or use --force.`,
      );
    }
    removed.push(outcome.name);
  }
  if (json === true) sayJson({ removed });
  else for (const name of removed) say(`removed ${name}`);
  return EXIT.done;
}

/** Removes what no run needs, the oldest first, until the store is small or young enough. */
export async function gc({ keep, dryRun, json }: Json & { keep: string; dryRun?: boolean }): Promise<number> {
  const limit = parseKeep(keep);
  if (limit === null)
    throw new UserError(
      EXIT.invalid,
      `'${keep}' is no limit. Write a size such as 20GB, or an age such as 30d.`,
    );
  const { removed, freed, left, needed } = await changing(() =>
    store().cache.collect(limit, dryRun === true),
  );
  if (json === true) {
    sayJson({ removed, freed, left, needed });
    return EXIT.done;
  }
  for (const { what, name, bytes } of removed)
    say(`${dryRun === true ? "would remove" : "removed"} ${what} ${name} (${prettyBytes(bytes)})`);
  say(
    `${dryRun === true ? "Would free" : "Freed"} ${prettyBytes(freed)}; ${prettyBytes(left)} are left, ${prettyBytes(needed)} of them needed by runs.`,
  );
  if ("bytes" in limit && left > limit.bytes) {
    say("That is more than the limit: the rest is needed. 'reprise cache rm <run>' lets go of a run.");
  }
  return EXIT.done;
}

/** Reads every artifact and compares it with its digest; a damaged one is removed. */
export async function verify({ json }: Json): Promise<number> {
  const { checked, damaged } = await changing(() => store().cache.verify());
  if (json === true) sayJson({ checked, damaged });
  else {
    for (const { digest, defect } of damaged)
      say(`artifact ${digest}: ${defect}; it is removed, the step that made it will run again`);
    say(`${counted(checked, "artifact")}, ${damaged.length} damaged.`);
  }
  return damaged.length === 0 ? EXIT.done : EXIT.failed;
}

/** The fingerprint of a step's one result, where a name is a step's; any other name as it is. */
async function fingerprintOf(name: string): Promise<string> {
  const results = (await store().cache.list()).filter(({ id }) => id === name);
  if (results.length < 2) return results[0]?.fingerprint ?? name;
  const listed = results.map(({ fingerprint, made }) => `${fingerprint.slice(0, 12)} (${made.slice(0, 16)})`);
  throw new UserError(
    EXIT.invalid,
    `'${name}' has ${counted(results.length, "result")}: ${listed.join(", ")}. Name one by its fingerprint.`,
  );
}

async function named(name: string): Promise<CachedStep> {
  const found = (await store().cache.list()).find(
    ({ fingerprint, id, outputs }) =>
      fingerprint.startsWith(name) ||
      id === name ||
      Object.values(outputs).some(({ digest }) => digest.startsWith(name)),
  );
  if (found === undefined)
    throw new UserError(EXIT.invalid, `There is no result '${name}'. 'reprise cache ls' lists them.`);
  return found;
}

const shortList = (names: string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
