import { describe, expect, test } from "vitest";
import { reprise } from "../../support/cli.ts";
import { Lab, noop, policy, recipe } from "../../support/gitops.ts";

const asked = { run: { push: "after-approval" } };

const lab = await Lab.make();
void lab.serve();
const sha = await lab.repository.commit({
  ".reprise/gitops.yaml": policy(asked),
  "recipes/a.yaml": recipe("a", { one: noop(1) }),
  "recipes/b.yaml": recipe("b", { one: noop(2) }),
});

describe("what waits for approval", { timeout: 180_000 }, () => {
  test("runs when it is approved, also after everything was started anew", async () => {
    await lab.until(sha, "waiting-for-approval");
    expect(lab.runs).toEqual([]);
    await lab.kill();
    void lab.serve();
    const { approved } = await lab.ask<{ approved: string[] }>("approve", sha.slice(0, 10), "recipes/a.yaml");
    expect(approved).toEqual(["recipes/a.yaml"]);
    for (
      let shown = await lab.shown(sha);
      shown!.recipes[0]!.state !== "unclaimed";
      shown = await lab.shown(sha)
    )
      expect(shown!.state).not.toBe("unclaimed");
    expect((await lab.shown(sha))!.state).toBe("waiting-for-approval");
    expect(lab.runs.length).toBe(1);
  });

  test("is of one commit: an approval does not outlive it (complaints 4, 10)", async () => {
    const next = await lab.repository.commit({ "recipes/b.yaml": recipe("b", { one: noop(3) }) });
    await lab.until(next, "waiting-for-approval");
    await lab.until(sha, "superseded");
    const refused = await reprise(lab.folder, ["gitops", "approve", sha.slice(0, 10)]);
    expect([refused.code, refused.stderr]).toEqual([2, `Nothing waits for approval at ${sha.slice(0, 10)}.`]);
    expect(lab.runs.length).toBe(1);
    await lab.ask("approve", next);
    await lab.until(next, "unclaimed");
    expect(lab.runs.length).toBe(2);
  });

  test("is not approved by a name: without a forge nobody can say what it may do", async () => {
    const next = await lab.repository.commit({ "recipes/b.yaml": recipe("b", { one: noop(4) }) });
    await lab.until(next, "waiting-for-approval");
    const refused = await reprise(lab.folder, ["gitops", "approve", next, "--by", "ann"]);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      "'papers' has no forge that could say what ann may do.",
    ]);
    const unknown = await reprise(lab.folder, ["gitops", "approve", "0123abc", "--json"]);
    expect(unknown.code).toBe(2);
    expect(JSON.parse(unknown.stdout)).toMatchObject({
      error: { message: "No commit '0123abc' of 'papers' was looked at yet." },
    });
  });
});
