import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { ServerData } from "../../../schemas/gitops-policy.ts";
import { temporaryFolder } from "../../support/folders.ts";
import { recipe } from "../../support/gitops.ts";
import { ALLOWED, Mirrored, TRUST } from "../../support/mirror.ts";

const reading = (named: string, type = "dataset"): string =>
  recipe(
    "a",
    { one: { uses: "run/command", with: { argv: ["true"], inputs: { walks: "${{ inputs.walks }}" } } } },
    { inputs: { walks: { type, path: named } } },
  );

const EVENTS = ["push", "pull_request", "tag", "schedule", "manual"] as const;

function dataOfServer(more: Partial<ServerData> = {}) {
  const folder = path.join(temporaryFolder(), "secret-name");
  mkdirSync(folder);
  writeFileSync(path.join(folder, "rows.jsonl"), '{"a":1}\n');
  const data = { path: folder, recipes: ["**"], on: EVENTS, strangers: false, ...more };
  return { folder, repository: { trust: { ...TRUST, data: { "data/walks": data } } } };
}

describe("data of the server", () => {
  test("is an input by the name that the operator gives it; its content counts", async () => {
    const lab = await Mirrored.make();
    const sha = await lab.commit({ "a.yaml": reading("data/walks/"), "b.yaml": reading("./data/walks") });
    const { folder, repository } = dataOfServer();
    const first = await lab.plan(sha, "a.yaml", { repository });
    expect([first.problems, first.steps.length]).toEqual([[], 1]);
    expect((await lab.plan(sha, "b.yaml", { repository })).problems).toEqual([]);
    appendFileSync(path.join(folder, "rows.jsonl"), '{"a":2}\n');
    expect((await lab.plan(sha, "a.yaml", { repository })).content).not.toBe(first.content);
  });

  test("has the content of the same files in a commit", async () => {
    const lab = await Mirrored.make();
    const given = await lab.commit({ "a.yaml": reading("data/walks") });
    const { repository } = dataOfServer();
    const byServer = await lab.plan(given, "a.yaml", { repository });
    const own = await lab.commit({ "data/walks/rows.jsonl": '{"a":1}\n' });
    expect((await lab.plan(own, "a.yaml")).content).toBe(byServer.content);
  });

  test.each<[string, Partial<ServerData>, boolean, string]>([
    ["to another recipe", { recipes: ["b/*.yaml"] }, false, "does not give it to this recipe and event"],
    ["for another event", { on: ["tag"] }, false, "does not give it to this recipe and event"],
    ["to a stranger", {}, true, "does not give it to commits of forks and strangers"],
  ])("is not given %s", async (_, more, stranger, why) => {
    const lab = await Mirrored.make();
    const sha = await lab.commit({ "a.yaml": reading("data/walks") });
    const { repository, folder } = dataOfServer(more);
    const plan = await lab.plan(sha, "a.yaml", { repository, decision: { ...ALLOWED, stranger } });
    expect(plan.problems).toMatchObject([{ code: "R0401", message: expect.stringContaining(why) }]);
    expect([plan.plan, JSON.stringify(plan).includes(folder)]).toEqual([null, false]);
  });

  test("may be given to strangers too", async () => {
    const lab = await Mirrored.make();
    const sha = await lab.commit({ "a.yaml": reading("data/walks") });
    const { repository } = dataOfServer({ strangers: true });
    const plan = await lab.plan(sha, "a.yaml", { repository, decision: { ...ALLOWED, stranger: true } });
    expect(plan.problems).toEqual([]);
  });

  test("is not mixed with files of the commit, and nothing beside it can be named", async () => {
    const lab = await Mirrored.make();
    const sha = await lab.commit({
      "a.yaml": reading("data/walks"),
      "b.yaml": reading("data/walks/rows.jsonl", "path"),
      "c.yaml": reading("data"),
      "d.yaml": reading("data/walks/../../../etc"),
      "e.yaml": reading("constructor"),
      "constructor/a.txt": "x",
      "data/walks/own.txt": "x",
    });
    const { repository, folder } = dataOfServer();
    const of = async (name: string) => (await lab.plan(sha, name, { repository })).problems;
    expect(await of("a.yaml")).toMatchObject([{ message: expect.stringContaining("which is meant?") }]);
    for (const name of ["b.yaml", "d.yaml"]) {
      const problems = await of(name);
      expect(problems).toMatchObject([{ severity: "error" }]);
      expect(JSON.stringify(problems)).not.toContain(folder);
    }
    // Folders of the commit.
    for (const name of ["c.yaml", "e.yaml"]) expect(await of(name)).toEqual([]);
  });

  test("that is away is told, without where it would be", async () => {
    const lab = await Mirrored.make();
    const sha = await lab.commit({ "a.yaml": reading("data/walks") });
    const { repository } = dataOfServer({ path: "/nowhere/secret-name" });
    const { problems } = await lab.plan(sha, "a.yaml", { repository });
    expect(problems).toMatchObject([{ code: "R0401" }]);
    expect(JSON.stringify(problems)).not.toContain("nowhere");
  });
});
