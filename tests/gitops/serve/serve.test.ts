import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Lab, noop, policy, recipe } from "../../support/gitops.ts";

const PASSED = ["unclaimed", "reproduced", "unaffected"] as const;

const lab = await Lab.make();
void lab.serve();

/** What a push to a run's verdict takes on this machine now, in milliseconds: limits are no shorter than that. */
let alone = 0;
const within = (limit: number) => Math.max(limit, 3 * alone);

describe("a bare repository by its path", { timeout: 120_000 }, () => {
  test("a push is planned, run, and judged at the commit", async () => {
    const sha = await lab.repository.commit({
      ".reprise/gitops.yaml": policy(),
      "recipes/a.yaml": recipe("a", { one: noop(1) }),
      "README.md": "papers",
    });
    const begun = Date.now();
    const shown = await lab.until(sha, "unclaimed");
    alone = Date.now() - begun;
    expect(shown.recipes).toMatchObject([{ recipe: "recipes/a.yaml", state: "unclaimed", run: lab.runs[0] }]);
    const { repositories } = await lab.ask<{ repositories: { commits: object[]; troubles: object }[] }>(
      "status",
    );
    expect(repositories[0]).toMatchObject({ troubles: {}, commits: [{ sha, state: "unclaimed" }] });
  });

  test("a push that touches no recipe has its status too (complaint 5)", async () => {
    const begun = Date.now();
    const sha = await lab.repository.commit({ "README.md": "other words" });
    expect(await lab.until(sha, "unaffected")).toMatchObject({ recipes: [] });
    expect(Date.now() - begun).toBeLessThan(within(10_000));
    expect(lab.runs.length).toBe(1);
  });

  test("the same content under another commit carries its verdict over (complaint 15)", async () => {
    const before = lab.runs;
    const changed = await lab.repository.commit({ "recipes/a.yaml": recipe("a", { one: noop(2) }) });
    await lab.until(changed, "unclaimed");
    const reverted = await lab.repository.commit({ "recipes/a.yaml": recipe("a", { one: noop(1) }) });
    expect((await lab.until(reverted, "unclaimed")).recipes[0]!.run).toBe(before[0]);
    const begun = Date.now();
    const squashed = await lab.repository.commit({
      "recipes/a.yaml": recipe("a", { one: noop(2) }),
      "README.md": "squashed",
    });
    const shown = await lab.until(squashed, "unclaimed");
    expect(Date.now() - begun).toBeLessThan(within(5_000));
    expect(shown.recipes[0]!.run).toBe(lab.runs.find((run) => !before.includes(run)));
    expect(shown.recipes[0]!.description).toContain("carried over from run");
    expect(lab.runs.length).toBe(before.length + 1);
  });

  test("an invalid recipe is a failure with its place, and nothing runs", async () => {
    const before = lab.runs;
    const sha = await lab.repository.commit({ "recipes/b.yaml": recipe("b", { one: { uses: "run/nope" } }) });
    const shown = await lab.until(sha, "invalid");
    expect(shown.description).toMatch(/recipes\/b\.yaml:1/);
    expect(lab.runs).toEqual(before);
    // The next push does not touch it: it is not forgotten.
    const next = await lab.repository.commit({ "README.md": "more" });
    await lab.until(next, "invalid");
    await lab.until(await lab.repository.commit({ "recipes/b.yaml": null }), PASSED);
  });

  test("a recipe under another name with the same content is reused, and its old name is told of no more", async () => {
    const before = lab.runs;
    const content = recipe("renamed", { one: noop(7) });
    const first = await lab.repository.commit({ "recipes/old.yaml": content });
    await lab.until(first, "unclaimed");
    const ran = lab.runs;
    expect(ran.length).toBe(before.length + 1);
    const moved = await lab.repository.commit({ "recipes/old.yaml": null, "recipes/new.yaml": content });
    const shown = await lab.until(moved, "unclaimed");
    expect(shown.recipes.map(({ recipe: file }) => file)).toEqual(["recipes/new.yaml"]);
    expect(lab.runs).toEqual(ran);
    await lab.until(await lab.repository.commit({ "recipes/new.yaml": null }), PASSED);
  });

  test("is run again by hand", async () => {
    const before = lab.runs;
    const { sha } = await lab.ask<{ sha: string }>("run", "main", "recipes/a.yaml");
    for (let waited = 0; lab.runs.length === before.length && waited < 600; waited++) await sleep(100);
    expect(lab.runs.length).toBe(before.length + 1);
    const { items } = await lab.ask<{ items: { attempt: number; state: string }[] }>("status", sha);
    expect(items.length).toBe(1);
  });
});
