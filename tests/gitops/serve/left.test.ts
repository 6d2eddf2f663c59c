import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { queueOf } from "../../../gitops/ids.ts";
import { withSession } from "../../../runs/with-session.ts";
import { openStore } from "../../../store/store.ts";
import { BareRepository } from "../../support/git.ts";
import { Lab, noop, policy, recipe } from "../../support/gitops.ts";

/** What the server has open of a repository: its workflows, and its schedules. */
const openOf = (lab: Lab, name: string): Promise<string[]> => {
  const store = openStore(lab.root);
  return withSession(store, async ({ client }) => {
    const found: string[] = [];
    const query = `ExecutionStatus = "Running" AND TaskQueue = "${queueOf(store)}"`;
    for await (const { workflowId } of client.workflow.list({ query })) found.push(workflowId);
    for await (const { scheduleId } of client.schedule.list()) found.push(scheduleId);
    return found.map((id) => id.slice(id.indexOf(":") + 1)).filter((id) => id.split(":")[0] === name);
  });
};

test(
  "a repository that is taken out of the server's file is let go, and taken up when it is back",
  {
    timeout: 240_000,
  },
  async () => {
    const lab = await Lab.make();
    const other = await BareRepository.make("other.git");
    const file = path.join(lab.folder, "gitops.yaml");
    const repositories = {
      papers: { url: lab.repository.folder, poll: "1s" },
      other: { url: other.folder, poll: "1s" },
    };
    const write = (which: object): void =>
      writeFileSync(file, JSON.stringify({ gitops: 1, repositories: which }));
    write(repositories);
    const serving = lab.serve();
    const on = { push: { branches: ["main"] }, schedule: { cron: "0 3 * * *" } };
    const sha = await lab.repository.commit({
      ".reprise/gitops.yaml": policy({ on, run: { push: "after-approval" } }),
      "recipes/a.yaml": recipe("a", { one: noop(1) }),
    });
    await lab.until(sha, "waiting-for-approval");
    await expect.poll(() => openOf(lab, "papers"), { timeout: 30_000, interval: 500 }).toHaveLength(3);

    // Two that were told different things would not decide alike.
    write({ other: repositories.other });
    const second = await lab.serve();
    expect(second.exitCode).toBe(5);
    expect(second.stderr).toContain("serves this store by a gitops.yaml that says something else");
    expect(await openOf(lab, "papers")).toHaveLength(3);
    serving.kill("SIGTERM");
    await serving;

    const third = lab.serve();
    await expect.poll(() => openOf(lab, "papers"), { timeout: 60_000, interval: 500 }).toEqual([]);
    third.kill("SIGTERM");
    expect((await third).stdout).toContain("papers is followed no more");

    write(repositories);
    void lab.serve();
    await expect.poll(() => openOf(lab, "papers"), { timeout: 60_000, interval: 500 }).toHaveLength(3);
    await lab.ask("approve", sha, "--repository", "papers");
    await lab.until(sha, "unclaimed");
  },
);
