import { once } from "node:events";
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { trainerFolder } from "../../core/package-root.ts";
import { toolsForFingerprint } from "../../host/tools.ts";
import type { Store } from "../../store/store.ts";
import { PythonHost, type HostRequest } from "./python-host.ts";

/** As many at once: each takes half a gigabyte. */
const MOST = 2;
const IDLE_MS = 10 * 60_000;
const IDLE_LOOK_MS = 15_000;

interface Kept {
  host: PythonHost;
  used: number;
}

/** The hosts of this process, by all that theirs steps have in common. */
const hosts = new Map<string, Kept>();
/** Why there is none, for good. */
const unfit = new Map<string, string>();
let holders = 0;
let looking: NodeJS.Timeout | undefined;

/** Whether there is a host, or one that is about to be. */
export const hasHost = (): boolean => hosts.size > 0;

/** As long as somebody holds them there are hosts; gives the function that lets them go. */
export function holdHosts(): () => void {
  holders += 1;
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    holders -= 1;
    if (holders > 0) return;
    for (const { host } of hosts.values()) if (!host.busy) host.end();
  };
}

/** Begins a host in the background, where there is none. */
export async function beginHost(store: Store, request: HostRequest): Promise<void> {
  const key = await keyOf(store, request);
  if (!unfit.has(key)) hostBy(key, request);
}

/** The host for a step's process when it is ready, or in words why there is none. */
export async function readyHost(
  store: Store,
  request: HostRequest,
  signal: AbortSignal,
): Promise<PythonHost | string> {
  const key = await keyOf(store, request);
  const known = unfit.get(key);
  if (known !== undefined) return known;
  const kept = hostBy(key, request);
  if (kept === undefined) return "there are as many such processes as may be";
  const over = new AbortController();
  const stopped = once(AbortSignal.any([signal, over.signal]), "abort").then(() => "the step was stopped");
  const why = signal.aborted ? await stopped : await Promise.race([kept.host.ready, stopped]);
  over.abort();
  return why ?? kept.host;
}

function hostBy(key: string, request: HostRequest): Kept | undefined {
  const found = hosts.get(key);
  if (found !== undefined) {
    found.used = Date.now();
    return found;
  }
  if (hosts.size >= MOST && !endOldest()) return undefined;
  const host = new PythonHost(request);
  const kept = { host, used: Date.now() };
  hosts.set(key, kept);
  let loaded = false;
  void host.ready.then((why) => (loaded = why === null));
  void host.over.then(({ why, killed }) => {
    if (hosts.get(key) === kept) hosts.delete(key);
    // What ended while it loaded would do so again, unless it was killed.
    if (!loaded && !killed) unfit.set(key, why);
  });
  looking ??= setInterval(endIdle, IDLE_LOOK_MS).unref();
  return kept;
}

/** Ends the host that was used longest ago, if one is idle. */
function endOldest(): boolean {
  const idle = [...hosts].filter(([, { host }]) => !host.busy);
  const [oldest] = idle.sort(([, a], [, b]) => a.used - b.used);
  if (oldest === undefined) return false;
  hosts.delete(oldest[0]);
  oldest[1].host.end();
  return true;
}

function endIdle(): void {
  for (const [key, kept] of hosts) {
    if (kept.host.busy) kept.used = Date.now();
    else if (Date.now() - kept.used > IDLE_MS) {
      hosts.delete(key);
      kept.host.end();
    }
  }
  if (hosts.size > 0) return;
  clearInterval(looking);
  looking = undefined;
}

/** All that a host has read when it is ready: another one is due when anything of it is another. */
async function keyOf(store: Store, { python, environment, reproducible }: HostRequest): Promise<string> {
  const { python: packages, cuda, interpreter } = await toolsForFingerprint(store);
  const variables = Object.entries(environment).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([python, packages, cuda, interpreter, sourcesStamp(), reproducible, variables]);
}

/** What changes when a module of the trainers does. */
function sourcesStamp(): string {
  const folder = path.join(trainerFolder, "reprise_trainer");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(?:py|json)$/.test(name))
    .map((name) => `${name} ${statSync(path.join(folder, name)).mtimeMs}`)
    .sort()
    .join();
}
