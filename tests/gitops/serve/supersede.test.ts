import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { openStore } from "../../../store/store.ts";
import { Lab, noop, policy, recipe } from "../../support/gitops.ts";
import { shell } from "../../support/runs.ts";

/** A recipe that notes that it began, and waits for a file. */
const waiting = (lab: Lab, name: string): string =>
  recipe("a", {
    wait: shell(
      `echo ${name} >> '${lab.folder}/begun'; while [ ! -e '${lab.folder}/go' ]; do sleep 0.1; done`,
    ),
  });

async function begun(lab: Lab, name: string): Promise<void> {
  const file = path.join(lab.folder, "begun");
  for (let waited = 0; waited < 600; waited++) {
    if (existsSync(file) && readFileSync(file, "utf8").includes(name)) return;
    await sleep(100);
  }
  throw new Error(`${name} did not begin`);
}

describe("a commit that is superseded", { timeout: 240_000 }, () => {
  test("is stopped, never passes, and is taken up when it is the head again (complaints 7, 8)", async () => {
    const lab = await Lab.make();
    void lab.serve();
    const first = await lab.repository.commit({
      ".reprise/gitops.yaml": policy({ supersede: { push: "cancel-running" } }),
      "recipes/a.yaml": waiting(lab, "one"),
    });
    await begun(lab, "one");
    const second = await lab.repository.commit({ "recipes/a.yaml": waiting(lab, "two") });
    const shown = await lab.until(first, "superseded");
    expect(shown.description).toContain(second.slice(0, 7));
    const [run] = lab.runs;
    expect((await openStore(lab.root).runs.loadRecord(run!))!.status).toBe("cancelled");
    await begun(lab, "two");

    await lab.repository.git("update-ref", "refs/heads/main", first);
    await lab.until(second, "superseded");
    await lab.until(first, "running");
    writeFileSync(path.join(lab.folder, "go"), "");
    const judged = await lab.until(first, "unclaimed");
    expect(judged.recipes[0]!.run).toBe(run);
    expect(lab.runs.length).toBe(2);
  });

  test("goes on under cancel-pending; of those that wait the newest stays", async () => {
    const lab = await Lab.make();
    void lab.serve();
    const first = await lab.repository.commit({
      ".reprise/gitops.yaml": policy(),
      "recipes/a.yaml": waiting(lab, "one"),
    });
    await begun(lab, "one");
    const second = await lab.repository.commit({ "recipes/a.yaml": recipe("a", { one: noop(2) }) });
    await lab.until(second, "queued");
    const third = await lab.repository.commit({ "recipes/a.yaml": recipe("a", { one: noop(3) }) });
    await lab.until(second, "superseded");
    expect((await lab.shown(first))!.state).toBe("running");
    writeFileSync(path.join(lab.folder, "go"), "");
    await lab.until(first, "unclaimed");
    await lab.until(third, "unclaimed");
    expect(lab.runs.length).toBe(2);
  });
});
