import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { lastServer } from "../../../engine/server-file.ts";
import { signalGroup } from "../../../store/processes.ts";
import { openStore } from "../../../store/store.ts";
import { Lab, policy, recipe } from "../../support/gitops.ts";
import { shell, until } from "../../support/runs.ts";

test(
  "serve, the run's worker and the server are killed in the middle of a run, and it ends judged (complaint 9)",
  { timeout: 240_000 },
  async () => {
    const lab = await Lab.make();
    const store = openStore(lab.root);
    void lab.serve();
    const [go, begun] = ["go", "begun"].map((name) => path.join(lab.folder, name)) as [string, string];
    const sha = await lab.repository.commit({
      ".reprise/gitops.yaml": policy(),
      "recipes/a.yaml": recipe("a", {
        wait: shell(`touch '${begun}'; while [ ! -e '${go}' ]; do sleep 0.1; done`),
      }),
    });
    await lab.until(sha, "running");
    await until(() => existsSync(begun));
    const [run] = lab.runs;

    await lab.kill();
    // The run's worker does not need it.
    const [worker] = await store.local.liveWorkers(run!);
    const pid = Number(/ process (\d+)$/.exec(worker!)![1]);
    void lab.serve();
    signalGroup((await lastServer(store))!.process.pid, "SIGKILL");
    await sleep(1_000);
    process.kill(pid, "SIGKILL");
    await lab.kill();
    // Two of them do no harm.
    void lab.serve();
    void lab.serve();
    writeFileSync(go, "");
    const shown = await lab.until(sha, "unclaimed", 120_000);
    expect(shown.recipes[0]!.run).toBe(run);
    expect(lab.runs).toEqual([run]);
  },
);
