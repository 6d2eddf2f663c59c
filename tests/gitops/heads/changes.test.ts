import { expect, test } from "vitest";
import type { Heads } from "../../../schemas/gitops.ts";
import { ForgeError, type Forge } from "../../../gitops/forge/forge.ts";
import type { Mirror } from "../../../gitops/git/mirror.ts";
import { changesOf, readHeads } from "../../../gitops/heads/heads.ts";

const [A, B, C] = ["a", "b", "c"].map((digit) => digit.repeat(40)) as [string, string, string];
const pull = (head: string, base = "main") => ({ number: 7, head, base, fork: false, author: "ann" });
const heads = (refs: Record<string, string>, pulls: Heads["pulls"] = []): Heads => ({
  ...{ defaultBranch: "main", refs, pulls },
});

test("a repository that is seen first has its branches and pull requests new, not its tags", () => {
  const now = heads({ "refs/heads/main": A, "refs/tags/v1": B }, [pull(C)]);
  expect(changesOf(null, now)).toEqual({
    refs: { "refs/heads/main": A },
    pulls: [pull(C)],
    gone: [],
    closed: [],
  });
});

test("what moved, came, went, was retargeted or closed is seen without any event (complaint 1)", () => {
  const before = heads({ "refs/heads/main": A, "refs/heads/old": A, "refs/tags/v1": A }, [
    pull(B),
    { ...pull(B), number: 8 },
  ]);
  const now = heads({ "refs/heads/main": B, "refs/heads/new": A, "refs/tags/v1": C }, [pull(B, "release")]);
  expect(changesOf(before, now)).toEqual({
    refs: { "refs/heads/main": B, "refs/heads/new": A, "refs/tags/v1": C },
    pulls: [pull(B, "release")],
    gone: ["refs/heads/old"],
    closed: [8],
  });
  expect(changesOf(now, now)).toEqual({ refs: {}, pulls: [], gone: [], closed: [] });
});

test("while the forge is away, branches are read, and pull requests are those that were open", async () => {
  const mirror = {
    heads: () =>
      Promise.resolve({
        ...{ defaultBranch: "main", head: A, refs: { "refs/heads/main": A }, notes: {} },
        pulls: { 7: { ref: "refs/pull/7/head", sha: C } },
      }),
  } as unknown as Mirror;
  const away = new ForgeError("unavailable", "It is away.");
  const forge = { pullRequests: () => Promise.reject(away) } as unknown as Forge;
  const found = await readHeads({ mirror, forge }, [pull(B)]);
  // What was pushed to one of them is there all the same.
  expect(found).toEqual({ heads: heads({ "refs/heads/main": A }, [pull(C)]), away });
  const broken = { pullRequests: () => Promise.reject(new Error("ours")) } as unknown as Forge;
  await expect(readHeads({ mirror, forge: broken }, [])).rejects.toThrow("ours");
});
