import type { Store } from "../../store/store.ts";
import { mkdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@temporalio/client";
import { withSession } from "../../runs/with-session.ts";
import type { Sha } from "../../schemas/gitops.ts";
import type { ServedRepository } from "../../schemas/gitops-policy.ts";
import { follow, type Around, type Followed } from "../activities/followed.ts";
import { commitIdOf, queueOf, repositoryIdOf } from "../ids.ts";
import type { commit } from "../../workflows/gitops/commit.ts";
import type { repository } from "../../workflows/gitops/repository.ts";
import { approvalsOf } from "./approvals.ts";
import { endLeft } from "./left.ts";
import { giveUpLost } from "./lost.ts";
import { announceServing } from "./others.ts";
import { poll } from "./poller.ts";
import { startWorker } from "./worker.ts";

const SWEEP_MS = 60_000;

/** What happens while repositories are followed. `trouble`: null where it is over. */
type Happening =
  | { says: "following"; repository: string }
  /** It is not in the file any more, and its workflows are ended. */
  | { says: "left"; repository: string }
  | { says: "trouble"; repository: string; trouble: string | null }
  | { says: "listening"; address: string };

/** Takes hooks from forges; `poke` throws where nobody could be told. */
export type Receive = (
  followed: ReadonlyMap<string, Followed>,
  poke: (repository: string) => Promise<void>,
) => Promise<{ address: string; close: () => Promise<void> }>;

export interface Serving {
  repositories: readonly ServedRepository[];
  environment: NodeJS.ProcessEnv;
  workerOf: Around["workerOf"];
  receive: Receive | null;
  stop: AbortSignal;
  tell: (happening: Happening) => void;
}

/**
 * Follows repositories until it is stopped: polls them, takes hooks, and works on their workflows. Runs have workers of their own, and
 * go on without it. Throws what makes it useless to go on.
 */
export async function serve(store: Store, serving: Serving): Promise<void> {
  const { repositories } = serving;
  await mkdir(store.gitops.folder, { recursive: true });
  const announced = await announceServing(store, repositories);
  try {
    await serveAll(store, serving);
  } finally {
    await announced.leave();
  }
}

async function serveAll(
  store: Store,
  { repositories, environment, workerOf, receive, stop, tell }: Serving,
): Promise<void> {
  const followed = new Map(repositories.map((served) => [served.name, follow(store, served, environment)]));
  await withSession(store, async (session) => {
    const { client, address, trouble } = session;
    const around: Around = { store, environment, followed, client, workerOf };
    const left = await session.lasting(() => endLeft(client, store, followed));
    for (const name of left) tell({ says: "left", repository: name });
    const worker = await session.lasting(() => startWorker(address, around), null);
    const ended = new AbortController();
    const over = AbortSignal.any([stop, ended.signal]);
    const poke = (name: string): Promise<void> => pokeRepository(client, store, name);
    const repairOf = (name: string) => (sha: Sha) => repairCommit(client, store, name, sha);
    const approvals = new Map(
      [...followed].map(([name, one]) => [name, approvalsOf(client, store, one, repairOf(name))]),
    );
    // What was delivered may be a comment; what of it the forge does not answer now, polling finds.
    const hurry = async (name: string): Promise<void> => {
      await Promise.all([
        poke(name),
        approvals
          .get(name)?.()
          .catch(() => {}),
      ]);
    };
    const receiver = receive === null ? null : await receive(followed, hurry);
    if (receiver !== null) tell({ says: "listening", address: receiver.address });
    const pollers = [...followed.values()].map((one) => {
      const { name } = one.served;
      tell({ says: "following", repository: name });
      return poll(one, {
        stop: over,
        poke: () => poke(name),
        repair: repairOf(name),
        approvals: approvals.get(name)!,
        tell: (what) => tell({ says: "trouble", repository: name, trouble: what }),
      });
    });
    const sweeping = sweep(client, store, over);
    try {
      const first = await Promise.race([trouble, worker.failed, aborted(stop)]);
      if (first instanceof Error) throw first;
    } finally {
      ended.abort();
      await receiver?.close();
      await Promise.all([...pollers, sweeping]);
      await worker.stop();
    }
  });
}

/** Starts a repository's workflow, or tells the one that is open that it is time to look. */
export async function pokeRepository(client: Client, store: Store, name: string): Promise<void> {
  await client.withDeadline(Date.now() + 10_000, () =>
    client.workflow.signalWithStart<typeof repository>("repository", {
      workflowId: repositoryIdOf(store, name),
      taskQueue: queueOf(store),
      args: [name],
      signal: "poke",
      signalArgs: [],
    }),
  );
}

/** Lets a commit's workflow show it again, or starts one that does. */
async function repairCommit(client: Client, store: Store, name: string, sha: Sha): Promise<void> {
  await client.workflow.signalWithStart<typeof commit>("commit", {
    workflowId: commitIdOf(store, name, sha),
    taskQueue: queueOf(store),
    args: [{ repository: name, sha }],
    signal: "showAgain",
    signalArgs: [],
  });
}

/** What another process left when it died is given up, now and then. */
async function sweep(client: Client, store: Store, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await giveUpLost(client, store).catch(() => {});
    await sleep(SWEEP_MS, undefined, { signal: stop }).catch(() => {});
  }
}

const aborted = (signal: AbortSignal): Promise<null> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener("abort", () => resolve(null), { once: true });
  });
