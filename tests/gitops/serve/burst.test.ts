import { openStore } from "../../../store/store.ts";
import { createHmac, randomUUID } from "node:crypto";
import getPort from "get-port";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { signalGroup } from "../../../store/processes.ts";
import { lastServer } from "../../../engine/server-file.ts";
import { Lab, noop, policy, recipe, type Shown } from "../../support/gitops.ts";

const SECRET = "the secret of the hook";
const PUSHES = 200;
const REPLAYED = 1_000;

/** One signed delivery of a push; gives the answer, or that there was none. */
async function deliver(port: number): Promise<number> {
  const body = JSON.stringify({ ref: "refs/heads/main" });
  const signature = createHmac("sha256", SECRET).update(body).digest("hex");
  const answer = await fetch(`http://127.0.0.1:${port}/hooks/papers`, {
    method: "POST",
    body,
    headers: {
      ...{ "content-type": "application/json", "x-hub-signature-256": `sha256=${signature}` },
      ...{ "x-github-event": "push", "x-github-delivery": randomUUID() },
    },
  }).catch(() => null);
  return answer?.status ?? 0;
}

/** How long one push takes from its commit to its verdict, when nothing else is to be done (ms). */
async function alonePush(): Promise<number> {
  const lab = await Lab.make();
  void lab.serve();
  const files = (value: number) => ({
    ".reprise/gitops.yaml": policy(),
    "recipes/a.yaml": recipe("a", { one: noop(value) }),
  });
  await lab.until(await lab.repository.commit(files(1)), "unclaimed", 120_000);
  const begun = Date.now();
  await lab.until(await lab.repository.commit(files(2)), "unclaimed", 120_000);
  await lab.stop();
  return Date.now() - begun;
}

test(
  "200 pushes, each delivered three times, while server, receiver and worker are killed (complaints 1, 2, 9)",
  { timeout: 400_000 },
  async () => {
    const lab = await Lab.make({ webhook_secret: { env: "HOOK" }, poll: "2s", limits: { running: 2 } });
    const port = await getPort();
    const alone = await alonePush();
    const serve = (): void => void lab.serve(["--listen", String(port)], { HOOK: SECRET });
    serve();
    const shas: string[] = [];
    const deliveries: Promise<number>[] = [];
    for (let push = 1; push <= PUSHES; push++) {
      const files = { ".reprise/gitops.yaml": policy(), "recipes/a.yaml": recipe("a", { one: noop(push) }) };
      const also = push % 7 === 0 ? { "recipes/b.yaml": recipe("b", { one: noop(push) }) } : {};
      shas.push(await lab.repository.commit({ ...files, ...also }));
      deliveries.push(deliver(port), deliver(port), deliver(port));
      if (push === 60) signalGroup((await lastServer(openStore(lab.root)))!.process.pid, "SIGKILL");
      if (push === 100 || push === 130) {
        await lab.kill();
        serve();
      }
      await sleep(100);
    }
    const calm = Date.now();
    await lab.until(shas.at(-1)!, ["unclaimed", "unaffected"], 60_000);
    // What still ran, and its own look, plan and run; on a machine that is busy with other things, three times what one push takes.
    expect(Date.now() - calm).toBeLessThan(Math.max(10_000, 3 * alone));
    expect((await Promise.all(deliveries)).filter((status) => status === 202).length).toBeGreaterThan(100);
    let shown: (Shown | null)[] = [];
    const open = new Set(["planned", "waiting-for-approval", "queued", "running"]);
    for (let waited = 0; waited < 300; waited++) {
      shown = await Promise.all(shas.map((sha) => lab.shown(sha)));
      if (!shown.some((one) => one !== null && open.has(one.state))) break;
      await sleep(100);
    }
    expect(shown.filter((one) => one !== null && open.has(one.state))).toEqual([]);
    // Each content has one run, however often it was told.
    const runs = shown.flatMap((one) => (one?.recipes ?? []).flatMap(({ run }) => run ?? []));
    expect(new Set(runs).size).toBe(lab.runs.length);
    // All of it told once more, as a forge does that sends again: nothing is begun.
    const before = lab.runs;
    const again: number[] = [];
    for (let told = 0; told < REPLAYED; told += 20)
      again.push(...(await Promise.all(Array.from({ length: 20 }, () => deliver(port)))));
    expect(again.filter((status) => status === 202 || status === 429).length).toBe(REPLAYED);
    expect(again).toContain(202);
    await sleep(5_000);
    expect(lab.runs).toEqual(before);
  },
);
