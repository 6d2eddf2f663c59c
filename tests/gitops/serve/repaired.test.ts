import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Lab, noop, policy, recipe } from "../../support/gitops.ts";

test(
  "a verdict that was removed or written over in the repository is put there again",
  {
    timeout: 180_000,
  },
  async () => {
    const lab = await Lab.make();
    void lab.serve();
    const sha = await lab.repository.commit({
      ".reprise/gitops.yaml": policy(),
      "recipes/a.yaml": recipe("a", { one: noop(1) }),
    });
    await lab.until(sha, "unclaimed");
    const ref = `refs/reprise/status/${sha}`;
    await lab.repository.git("update-ref", "-d", ref);
    await lab.until(sha, "unclaimed");
    await lab.repository.git("update-ref", ref, sha);
    for (let waited = 0; (await lab.repository.head(ref)) === sha; waited++) {
      if (waited > 600) throw new Error("it was not put there again");
      await sleep(100);
    }
    await lab.until(sha, "unclaimed");
    expect(lab.runs.length).toBe(1);
  },
);
