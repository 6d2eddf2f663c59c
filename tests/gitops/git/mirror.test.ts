import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { Mirror } from "../../../gitops/git/mirror.ts";
import { currentCommit } from "../../../host/git.ts";
import type { Remote } from "../../../gitops/git/remote.ts";
import { BareRepository } from "../../support/git.ts";
import { temporaryFolder } from "../../support/folders.ts";

const LIMITS = { mirrorBytes: 100e6, checkoutBytes: 10e6, files: 1000, fetchSeconds: 60 };

function mirrorOf(url: string, limits: Partial<typeof LIMITS> = {}, home = temporaryFolder()) {
  const places = { mirror: path.join(home, "mirror.git"), checkouts: path.join(home, "checkouts") };
  const remote: Remote = { url, token: null, sshKey: null };
  const open = () => new Mirror(places as never, remote, { ...LIMITS, ...limits });
  return { places, open, mirror: open() };
}

async function fetched(repository: BareRepository) {
  const made = mirrorOf(repository.folder);
  const { refs } = await made.mirror.heads();
  expect(await made.mirror.fetch(refs)).toEqual([]);
  return made;
}

describe("a mirror reads from a repository by its path", () => {
  test("heads: branches, tags (peeled), pull requests, default branch; nothing of an empty one", async () => {
    const repository = await BareRepository.make();
    const { mirror } = mirrorOf(repository.folder);
    expect(await mirror.heads()).toEqual({ defaultBranch: null, head: null, refs: {}, pulls: {}, notes: {} });
    const a = await repository.commit({ "a.txt": "a" });
    const b = await repository.commit({ "a.txt": "b" }, { branch: "feature/$(id)" });
    await repository.commit({ "a.txt": "c" }, { branch: "refs/pull/7/head", from: [a] });
    await repository.git("-c", "user.name=a", "-c", "user.email=a@b", "tag", "-a", "v1", "-m", "one", a);
    const heads = await mirror.heads();
    expect([heads.defaultBranch, heads.head]).toEqual(["main", a]);
    expect(heads.refs).toEqual({
      "refs/heads/main": a,
      "refs/heads/feature/$(id)": b,
      "refs/tags/v1": a,
    });
    expect(heads.pulls).toEqual({
      7: { ref: "refs/pull/7/head", sha: await repository.head("refs/pull/7/head") },
    });
  });

  test("files with their modes, texts, changes, merge base, range", async () => {
    const repository = await BareRepository.make();
    const base = await repository.commit({ "a.txt": "a", "d/b.txt": "b", "r/ö\n.txt": "ö" });
    const old = await repository.commit({ "a.txt": "A", link: { link: "a.txt" }, sub: { submodule: base } });
    const moved = await repository.commit({ "a.txt": null, "e.txt": "A", "d/b.txt": { program: "b" } });
    const other = await repository.commit({ "a.txt": "x" }, { branch: "other", from: [base] });
    const alone = await repository.commit({ "a.txt": "x" }, { branch: "alone", from: [] });
    const { mirror } = await fetched(repository);
    const commit = await mirror.commit(moved);
    expect([...commit.files.values()].map(({ path: file, mode, size }) => [file, mode, size])).toEqual([
      ["d/b.txt", "executable", 1],
      ["e.txt", "file", 1],
      ["link", "link", 5],
      ["r/ö\n.txt", "file", 2],
      ["sub", "submodule", 0],
    ]);
    await commit.load(["e.txt", "r/ö\n.txt", "link", "sub", "none"]);
    expect(["e.txt", "r/ö\n.txt", "link", "sub"].map((file) => commit.text(file))).toEqual([
      "A",
      "ö",
      undefined,
      undefined,
    ]);
    expect(await mirror.changed(old, moved)).toEqual(["a.txt", "d/b.txt", "e.txt"]);
    expect(await mirror.mergeBase(moved, other)).toBe(base);
    expect(await mirror.mergeBase(moved, alone)).toBe(null);
    expect(await mirror.mergeBase(moved, "f".repeat(40))).toBe(null);
    expect(await mirror.between(base, moved)).toEqual([old, moved]);
    expect(await mirror.expand(moved.slice(0, 9))).toBe(moved);
    expect(await mirror.expand("0000000")).toBe(null);
  });

  test("a commit that a forced push took away is fetched by its sha, or said to be missing", async () => {
    const repository = await BareRepository.make();
    const first = await repository.commit({ "a.txt": "a" });
    const gone = await repository.commit({ "a.txt": "gone" });
    await repository.commit({ "a.txt": "b" }, { from: [first] });
    // It may still be there, and is given by its sha then.
    const { mirror } = mirrorOf(repository.folder);
    expect(await mirror.fetch({ "refs/heads/main": gone })).toEqual([]);
    expect(await mirror.has(gone)).toBe(true);
    await repository.git("gc", "--quiet", "--prune=now");
    const late = mirrorOf(repository.folder).mirror;
    expect(await late.fetch({ "refs/heads/main": gone })).toEqual([gone]);
    expect(await late.has(gone)).toBe(false);
  });

  test("what it has needs no remote", async () => {
    const repository = await BareRepository.make();
    await repository.commit({ "a.txt": "a" });
    const { mirror, open } = await fetched(repository);
    const { refs } = await mirror.heads();
    await rm(repository.folder, { recursive: true });
    expect(await open().fetch(refs)).toEqual([]);
    await expect(mirror.heads()).rejects.toMatchObject({ fault: "gone" });
  });

  test("names of refs that are no names are refused before git sees them", async () => {
    const repository = await BareRepository.make();
    const sha = await repository.commit({ "a.txt": "a" });
    const { mirror } = mirrorOf(repository.folder);
    for (const ref of [
      "--upload-pack=touch pwned",
      "main",
      "refs/heads/a:refs/heads/b",
      "refs/heads/*",
      "+refs/heads/main",
    ])
      await expect(mirror.fetch({ [ref]: sha })).rejects.toMatchObject({ fault: "unknown" });
    for (const name of ["--help", "main", "HEAD", sha.slice(0, 12), `${sha}^`])
      await expect(mirror.commit(name)).rejects.toMatchObject({ fault: "unknown" });
  });
});

describe("limits", () => {
  test("a repository over mirror_mb is not fetched, and leaves nothing behind", async () => {
    const repository = await BareRepository.make();
    const noise = Buffer.alloc(3e6, 1).map(() => Math.floor(Math.random() * 256));
    await repository.commit({ "a.bin": Buffer.from(noise) });
    const { mirror, places } = mirrorOf(repository.folder, { mirrorBytes: 1e6 });
    const { refs } = await mirror.heads();
    await expect(mirror.fetch(refs)).rejects.toMatchObject({
      fault: "too-large",
      message: expect.stringContaining("limits.mirror_mb"),
    });
    const packs = readdirSync(path.join(places.mirror, "objects", "pack"));
    expect(packs.filter((name) => name.startsWith("tmp_"))).toEqual([]);
  });

  test("more files than allowed, and files that are too much for the disk", async () => {
    const repository = await BareRepository.make();
    const sha = await repository.commit({ "a.txt": "a".repeat(2000), "b.txt": "b", "c.txt": "c" });
    const { refs } = await mirrorOf(repository.folder).mirror.heads();
    const few = mirrorOf(repository.folder, { files: 2 }).mirror;
    await few.fetch(refs);
    await expect(few.commit(sha)).rejects.toMatchObject({ fault: "too-large" });
    const small = mirrorOf(repository.folder, { checkoutBytes: 1000 }).mirror;
    await small.fetch(refs);
    await expect(small.checkout(sha)).rejects.toMatchObject({ fault: "too-large" });
  });
});

describe("working trees", () => {
  test("have the bytes of the objects, whatever .gitattributes say; are found again, and go", async () => {
    const repository = await BareRepository.make();
    const sha = await repository.commit({
      ".gitattributes": "* text eol=crlf working-tree-encoding=UTF-16 ident filter=evil\n",
      "a.txt": "one\ntwo $Id$\n",
      "b.sh": { program: "#!/bin/sh\n" },
      "to-a": { link: "a.txt" },
    });
    const { mirror, open } = await fetched(repository);
    const folder = await mirror.checkout(sha);
    expect(readFileSync(path.join(folder, "to-a"), "utf8")).toBe("one\ntwo $Id$\n");
    expect(statSync(path.join(folder, "b.sh")).mode & 0o111).toBe(0o111);
    expect(await open().checkout(sha)).toBe(folder);
    expect(await currentCommit(folder, () => {})).toBe(sha);
    // A forced push and a collection take nothing of it.
    await repository.commit({ "a.txt": "other" }, { from: [] });
    await open().fetch((await open().heads()).refs);
    expect(await open().checkouts()).toEqual([sha]);
    await open().release(sha);
    await open().release(sha);
    expect(await open().checkouts()).toEqual([]);
    expect(() => statSync(folder)).toThrow("ENOENT");
  });

  test("one that a killed process left half made is made again", async () => {
    const repository = await BareRepository.make();
    const sha = await repository.commit({ "a.txt": "a", "b.txt": "b" });
    const { mirror, places } = await fetched(repository);
    const folder = await mirror.checkout(sha);
    const { gitIn } = await import("../../../gitops/git/repository.ts");
    await gitIn(places.mirror)(["update-ref", "-d", `refs/reprise/keep/${sha}`]);
    rmSync(path.join(folder, "b.txt"));
    expect(await mirror.checkout(sha)).toBe(folder);
    expect(readFileSync(path.join(folder, "b.txt"), "utf8")).toBe("b");
  });

  test.each([
    ["an absolute path", { out: { link: "/etc/hostname" } }],
    ["..", { "d/out": { link: "../../x" } }],
    ["another link", { "a/b/up": { link: "../.." }, "a/b/out": { link: "up/../x" } }],
  ])("a link that leads out by %s is not checked out", async (_, files) => {
    const repository = await BareRepository.make();
    const sha = await repository.commit(files);
    const { mirror } = await fetched(repository);
    await expect(mirror.checkout(sha)).rejects.toMatchObject({
      fault: "refused",
      message: expect.stringContaining("out"),
    });
  });

  test("many at once, while heads are fetched, by several mirrors on one folder", async () => {
    const repository = await BareRepository.make();
    const shas: string[] = [];
    for (let index = 0; index < 6; index++) shas.push(await repository.commit({ "a.txt": String(index) }));
    const { open } = await fetched(repository);
    const folders = await Promise.all(
      shas.map(async (sha) => {
        const mirror = open();
        await mirror.fetch((await mirror.heads()).refs);
        return mirror.checkout(sha);
      }),
    );
    expect(folders.map((folder) => readFileSync(path.join(folder, "a.txt"), "utf8"))).toEqual([
      "0",
      "1",
      "2",
      "3",
      "4",
      "5",
    ]);
  });
});

describe("a damaged mirror is made again (14)", () => {
  test.each(["pack", "HEAD", "everything"])("%s deleted", async (what) => {
    const repository = await BareRepository.make();
    const sha = await repository.commit({ "a.txt": "a", "d/b.txt": "b" });
    const { mirror, places, open } = await fetched(repository);
    const folder = await mirror.checkout(sha);
    const packs = path.join(places.mirror, "objects", "pack");
    if (what === "pack") for (const name of readdirSync(packs)) rmSync(path.join(packs, name));
    if (what === "HEAD") rmSync(path.join(places.mirror, "HEAD"));
    if (what === "everything") rmSync(path.join(places.mirror, "objects"), { recursive: true });
    const commit = await open().commit(sha);
    await commit.load(["d/b.txt"]);
    expect(commit.text("d/b.txt")).toBe("b");
    if (what === "pack") expect(await open().checkout(sha)).toBe(folder);
    const next = await repository.commit({ "a.txt": "next" });
    await open().fetch((await open().heads()).refs);
    expect(await open().has(next)).toBe(true);
  });
});

test("a repository whose objects are named by SHA-256", async () => {
  const repository = await BareRepository.make("papers.git", temporaryFolder(), "sha256");
  const first = await repository.commit({ "a.txt": "a" });
  const sha = await repository.commit({ "a.txt": "b" });
  expect(sha).toMatch(/^[0-9a-f]{64}$/);
  const { mirror } = await fetched(repository);
  expect(await mirror.changed(first, sha)).toEqual(["a.txt"]);
  expect(readFileSync(path.join(await mirror.checkout(sha), "a.txt"), "utf8")).toBe("b");
  expect(await mirror.writeRef(`refs/reprise/status/${sha}`, { "a.json": "{}" })).toBe("remote");
});

test("locks that a killed git left behind keep nobody from working", async () => {
  const repository = await BareRepository.make();
  await repository.commit({ "a.txt": "a" });
  const { mirror, places } = await fetched(repository);
  const sha = await repository.commit({ "a.txt": "b" });
  const today = new Date().toISOString().slice(0, 10);
  const long = new Date(Date.now() - 60_000);
  for (const file of ["packed-refs.lock", `refs/reprise/seen/${today}/${sha}.lock`, "config.lock"]) {
    writeFileSync(path.join(places.mirror, file), "");
    utimesSync(path.join(places.mirror, file), long, long);
  }
  expect(await mirror.fetch({ "refs/heads/main": sha })).toEqual([]);
  expect(await mirror.has(sha)).toBe(true);
});

test("many fetches leave few packs", { timeout: 120_000 }, async () => {
  const repository = await BareRepository.make();
  const { mirror, places } = mirrorOf(repository.folder);
  for (let index = 0; index < 35; index++) {
    const sha = await repository.commit({ [`${index}.txt`]: String(index) });
    await mirror.fetch({ "refs/heads/main": sha });
  }
  const packs = readdirSync(path.join(places.mirror, "objects", "pack"));
  expect(packs.filter((name) => name.endsWith(".pack")).length).toBeLessThan(30);
  expect((await mirror.commit((await repository.head("refs/heads/main"))!)).files.size).toBe(35);
});

describe("refs of ours", () => {
  test("are written to the remote, changed, read, removed", async () => {
    const repository = await BareRepository.make();
    const sha = await repository.commit({ "a.txt": "a" });
    const { mirror } = await fetched(repository);
    const ref = `refs/reprise/status/${sha}`;
    expect(await mirror.writeRef(ref, { "status.json": "{1}", "b.txt": "b" })).toBe("remote");
    expect(await repository.git("show", `${ref}:status.json`)).toBe("{1}");
    await mirror.writeRef(ref, { "status.json": "{2}" });
    expect(await repository.git("show", `${ref}:status.json`)).toBe("{2}");
    expect(await mirror.readRef(ref, "status.json")).toBe("{2}");
    expect(await mirror.readRef(ref, "other.json")).toBe(null);
    await mirror.writeRef(ref, null);
    expect(await repository.head(ref)).toBe(null);
    await expect(mirror.writeRef("refs/heads/main", null)).rejects.toMatchObject({ fault: "unknown" });
  });

  test("stay in the mirror where the remote takes none", async () => {
    const repository = await BareRepository.make();
    const sha = await repository.commit({ "a.txt": "a" });
    await repository.git("config", "transfer.hideRefs", "refs/reprise");
    const { mirror } = await fetched(repository);
    const ref = `refs/reprise/status/${sha}`;
    expect(await mirror.writeRef(ref, { "status.json": "{1}" })).toBe("mirror");
    expect(await mirror.readRef(ref, "status.json")).toBe("{1}");
  });
});
