import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { isForkOf, isWithinExec } from "./forks.ts";
import { isAlive, signalGroup, type ProcessIdentity } from "./processes.ts";

/**
 * Environment variable that marks every process of a step's attempt: the tokens of the attempt and of those around it, as of a
 * Reprise that runs inside a step, with colons between them.
 */
export const MARK = "REPRISE_STEP_MARK";

/** What gets SIGKILL is gone at once, unless it waits in the kernel: after so long it is not waited for. */
export const KILLED_MS = 3_000;
const SHORTEST_LOOK_MS = 20;
const LONGEST_LOOK_MS = 200;
// Daemons are mostly started early; each look reads the state of every process of the machine.
const FIRST_WATCH_MS = 100;
const LONGEST_WATCH_MS = 10_000;

/** Processes that cannot be ended: they wait in the kernel, for a device or a network disk. */
export class StuckProcesses extends Error {
  constructor(processes: readonly string[]) {
    super(
      `${processes.join(", ")} of an earlier attempt cannot be ended: SIGKILL waits until the kernel lets go, for a device or a network disk. Look what it hangs on, or start the machine again; then go on.`,
    );
  }
}

/** An attempt's processes: its mark, and what else is known of them. */
export interface Attempt {
  mark: string;
  /** The first of them. */
  leader: ProcessIdentity | null;
  /** What `familyOf` and `watchFamily` found: children that took the mark off are not found any more when their parent is gone. */
  known?: ReadonlySet<string>;
  /** Of a worker that has gone: name of the file that it held open, as forks of it do. */
  held?: { name: string; worker: number };
}

interface Process {
  pid: number;
  name: string;
  state: string;
  parent: number;
  group: number;
  session: number;
  started: string;
}

/** The value of `MARK` for a new attempt that was begun by a process with this environment. */
export const markFor = (token: string, environment: NodeJS.ProcessEnv = process.env): string =>
  [environment[MARK], token].filter(Boolean).join(":");

/**
 * Ends all processes of an attempt: SIGTERM, and from the time `until` on (milliseconds, as Date.now) SIGKILL. Looks again
 * until none is left, a few seconds at most. Gives what could not be ended, as `python (process 123, state D)`.
 *
 * On Linux those are all that carry the mark, wherever they have gone, with their children and groups. Elsewhere it is the
 * group of the first process.
 */
export async function endAttempt(attempt: Attempt, until: number): Promise<string[]> {
  if (process.platform !== "linux") return endGroup(attempt.leader, until);
  const told = new Set<string>();
  for (let look = SHORTEST_LOOK_MS; ; look = Math.min(LONGEST_LOOK_MS, look * 2)) {
    const left = processesOf(attempt);
    const now = Date.now();
    if (left.length === 0 && (now >= until + KILLED_MS || !mayHide(attempt))) return [];
    for (const each of left) {
      if (now >= until) signal(each.pid, "SIGKILL");
      else if (!told.has(nameOf(each))) signal(each.pid, "SIGTERM");
      told.add(nameOf(each));
    }
    if (now >= until + KILLED_MS)
      return left.map(({ pid, name, state }) => `${name} (process ${pid}, state ${state})`);
    await sleep(now < until ? Math.min(look, until - now) : SHORTEST_LOOK_MS);
  }
}

/** All processes of an attempt that live now, by names for `known`. */
export const familyOf = (attempt: Attempt): Set<string> =>
  new Set(process.platform === "linux" ? processesOf(attempt).map(nameOf) : []);

/** Keeps `known` up to date until `over`: who took the mark off and is seen beside its parent stays known when that is gone. */
export async function watchFamily(attempt: Attempt, over: AbortSignal): Promise<void> {
  if (process.platform !== "linux") return;
  for (let wait = FIRST_WATCH_MS; ; wait = Math.min(wait * 2, LONGEST_WATCH_MS)) {
    await sleep(wait, undefined, { signal: over, ref: false }).catch(() => {});
    if (over.aborted) return;
    attempt.known = new Set(withKin(attempt, listProcesses()).map(nameOf));
  }
}

/** Ends at once what a dead worker's attempt left behind. Throws StuckProcesses. */
export async function endLeftovers(attempt: Attempt): Promise<void> {
  const stuck = await endAttempt(attempt, Date.now());
  if (stuck.length > 0) throw new StuckProcesses(stuck);
}

async function endGroup(leader: ProcessIdentity | null, until: number): Promise<string[]> {
  if (leader === null) return [];
  for (let told = false; isAlive(leader); told = true) {
    const now = Date.now();
    if (now >= until) signalGroup(leader.pid, "SIGKILL");
    else if (!told) signalGroup(leader.pid, "SIGTERM");
    if (now >= until + KILLED_MS) return [`process ${leader.pid}`];
    await sleep(SHORTEST_LOOK_MS);
  }
  return [];
}

const nameOf = ({ pid, started }: Process): string => `${pid}-${started}`;

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone meanwhile, or another user's.
  }
}

/** The marked processes, forks that are not yet, those that are known, and all that hang on them. */
function processesOf(attempt: Attempt): Process[] {
  const { held, mark } = attempt;
  const all = listProcesses();
  // In this order: what becomes its program meanwhile is found by its mark.
  return withKin(
    attempt,
    all,
    ({ pid }) =>
      (held !== undefined && pid !== held.worker && isForkOf(pid, held.name)) || isMarked(pid, mark),
  );
}

/** Whether a program of a dead worker may be there that cannot be told yet. */
const mayHide = ({ held }: Attempt): boolean =>
  held !== undefined && listProcesses().some(({ pid }) => isWithinExec(pid));

/** Of all processes those that are known or `ours`, and all that hang on them by parent, group or session. */
function withKin(
  { leader, known }: Attempt,
  all: readonly Process[],
  ours: (each: Process) => boolean = () => false,
): Process[] {
  const found = new Set(all.filter((each) => known?.has(nameOf(each)) || ours(each)).map(({ pid }) => pid));
  if (leader !== null && isAlive(leader)) found.add(leader.pid);
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const { pid, parent, group, session } of all)
      if (found.has(parent) || found.has(group) || found.has(session)) found.add(pid);
  }
  return all.filter(({ pid }) => found.has(pid) && pid !== process.pid);
}

function listProcesses(): Process[] {
  return readdirSync("/proc").flatMap((name) => {
    const found = /^[0-9]+$/.test(name) ? readProcess(Number(name)) : undefined;
    return found === undefined || found.state === "Z" || found.state === "X" ? [] : [found];
  });
}

/** From /proc: the command stands in brackets and may hold spaces; state is field 3, start time field 22. */
function readProcess(pid: number): Process | undefined {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const end = stat.lastIndexOf(")");
  const fields = stat.slice(end + 2).split(" ");
  const [parent, group, session] = fields.slice(1, 4).map(Number) as [number, number, number];
  const name = stat.slice(stat.indexOf("(") + 1, end);
  return { pid, name, state: fields[0]!, parent, group, session, started: fields[19]! };
}

function isMarked(pid: number, mark: string): boolean {
  const environment = read(`/proc/${pid}/environ`);
  if (environment === undefined || !environment.includes(mark)) return false;
  return environment.split("\0").some(
    (entry) =>
      entry.startsWith(`${MARK}=`) &&
      entry
        .slice(MARK.length + 1)
        .split(":")
        .includes(mark),
  );
}

/** A file of /proc; undefined for a process that is gone, or of another user. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return undefined;
  }
}
