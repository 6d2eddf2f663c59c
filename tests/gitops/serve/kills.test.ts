import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { lastServer } from "../../../engine/server-file.ts";
import { signalGroup } from "../../../store/processes.ts";
import { openStore } from "../../../store/store.ts";
import { Lab, noop, policy, recipe, type Shown } from "../../support/gitops.ts";

// GITOPS_KILLS=50 GITOPS_SEED=7 npx vitest run tests/gitops/serve/kills.test.ts
const KILLS = Number(process.env["GITOPS_KILLS"] ?? 6);
const SEED = Number(process.env["GITOPS_SEED"] ?? 1);

const OPEN = new Set(["untrusted", "waiting-for-approval", "queued", "running"]);

interface Strike {
  whom: "one" | "both" | "server" | "worker";
  after: number;
  value: number;
  also: boolean;
}

const strikes = fc.sample(
  fc.record<Strike>({
    whom: fc.constantFrom("one", "both", "server", "worker"),
    after: fc.integer({ min: 0, max: 2_500 }),
    // Some contents come again: as a revert would bring them.
    value: fc.integer({ min: 0, max: Math.ceil(KILLS / 2) }),
    also: fc.boolean(),
  }),
  { numRuns: KILLS, seed: SEED },
);

test(
  `${KILLS} kills at random while two processes serve one home (complaint 9)`,
  { timeout: 120_000 + KILLS * 20_000 },
  async () => {
    const lab = await Lab.make({ limits: { running: 2 } });
    const store = openStore(lab.root);
    const both = (): void => {
      void lab.serve();
      void lab.serve();
    };
    both();
    const shas = new Set<string>();
    const strike = async ({ whom, after, value, also }: Strike, index: number): Promise<void> => {
      shas.add(
        await lab.repository.commit({
          ".reprise/gitops.yaml": policy(),
          "recipes/a.yaml": recipe("a", { one: noop(value), two: noop(value + 1) }),
          ...(also ? { "recipes/b.yaml": recipe("b", { one: noop(index) }) } : {}),
        }),
      );
      await sleep(after);
      if (whom === "server") {
        const server = await lastServer(store);
        if (server !== undefined) signalGroup(server.process.pid, "SIGKILL");
      } else if (whom === "worker") await killWorker(lab);
      else {
        await lab.kill(whom === "one" ? 1 : 2);
        if (whom === "one") void lab.serve();
        else both();
      }
    };
    for (const [index, one] of strikes.entries()) await strike(one, index);
    const last = [...shas].at(-1)!;
    await lab.until(last, ["unclaimed", "unaffected"], 120_000);
    let shown: (Shown | null)[] = [];
    for (let waited = 0; waited < 600; waited++) {
      shown = await Promise.all([...shas].map((sha) => lab.shown(sha)));
      if (!shown.some((one) => one !== null && OPEN.has(one.state))) break;
      await sleep(100);
    }
    const states = shown.flatMap((one) => one?.state ?? []);
    expect(states.filter((state) => !["unclaimed", "unaffected", "superseded"].includes(state))).toEqual([]);
    // One run for each content, whoever began it.
    const runs = shown.flatMap((one) => (one?.recipes ?? []).flatMap(({ run }) => run ?? []));
    expect([...new Set(runs)].sort()).toEqual(lab.runs);
  },
);

/** Kills a worker of a run, where one is at work. */
async function killWorker(lab: Lab): Promise<void> {
  for (const run of lab.runs) {
    const [worker] = await openStore(lab.root).local.liveWorkers(run);
    const pid = / process (\d+)$/.exec(worker ?? "")?.[1];
    if (pid === undefined) continue;
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch {
      // It has just ended.
    }
    return;
  }
}
