import { describe, expect, test } from "vitest";
import { resolveCommit } from "../../../gitops/git/resolve.ts";
import { Mirrored } from "../../support/mirror.ts";

describe("a commit as somebody names it", () => {
  test("branch, tag, full name, HEAD, pull request, sha, shortened sha", async () => {
    const lab = await Mirrored.make();
    const { mirror, repository } = lab;
    const main = await repository.commit({ a: "1" });
    const side = await repository.commit({ a: "2" }, { branch: "feature/x", from: [main] });
    const pull = await repository.commit({ a: "3" }, { branch: "refs/pull/12/head", from: [main] });
    await repository.git("tag", "v1", main);
    // A tag called as a branch: the branch counts.
    await repository.git("tag", "feature/x", main);
    const named = async (name: string) => {
      const { ref, sha } = await resolveCommit(mirror, name);
      expect(await mirror.has(sha)).toBe(true);
      return [ref, sha];
    };
    expect(await named("main")).toEqual(["refs/heads/main", main]);
    expect(await named("feature/x")).toEqual(["refs/heads/feature/x", side]);
    expect(await named("refs/tags/feature/x")).toEqual(["refs/tags/feature/x", main]);
    expect(await named("v1")).toEqual(["refs/tags/v1", main]);
    for (const name of ["pull/12", "#12", "refs/pull/12/head"])
      expect(await named(name)).toEqual(["refs/pull/12/head", pull]);
    expect(await named("HEAD")).toEqual([null, main]);
    expect(await named(side)).toEqual([null, side]);
    expect(await named(side.slice(0, 8))).toEqual([null, side]);
  });

  test.each([
    "constructor",
    "__proto__",
    "toString",
    "--help",
    "main^",
    "main:a",
    "../x",
    "",
    "pull/13",
    "@{-1}",
  ])("'%s' is none", async (name) => {
    const { mirror, repository } = await Mirrored.make();
    await repository.commit({ a: "1" });
    await expect(resolveCommit(mirror, name)).rejects.toMatchObject({ fault: "unknown" });
  });
});
