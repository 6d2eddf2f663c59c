import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { digestOf } from "../../core/digest.ts";
import { defectOfArtifact, markDamaged, pathOf, publish, verifyArtifact } from "../../store/artifacts.ts";
import { hashFile } from "../../store/files.ts";
import { manifestOf } from "../../store/manifest.ts";
import { removeTree } from "../../store/remove.ts";
import { breakHardLinks, makeSelfContained } from "../../store/self-contained.ts";
import { temporaryFolder } from "../support/folders.ts";
import { inFolder } from "../support/stores.ts";
import { asUser, canBeBound } from "../support/other-user.ts";

function places() {
  const base = realpathSync(temporaryFolder());
  const [root, folder] = [path.join(base, "store"), path.join(base, "out", "m")];
  mkdirSync(folder, { recursive: true });
  const { objects } = inFolder(root);
  return { base, root, objects, folder, inside: (...names: string[]) => path.join(folder, ...names) };
}

/** Bytes of a name as Latin-1 writes it; no text has them. */
const latin = (folder: string) => Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9])]);

describe("what an artifact is", () => {
  const digestWith = async (make: (folder: string) => void) => {
    const { folder, inside } = places();
    writeFileSync(inside("tool"), "x");
    make(folder);
    return (await manifestOf(folder)).digest;
  };
  const chmodded = (mode: number) => digestWith((folder) => chmodSync(path.join(folder, "tool"), mode));

  test("counts whether a file is executable, and no other mode: those follow the umask", async () => {
    const [plain, executable] = [await chmodded(0o644), await chmodded(0o755)];
    expect(executable).not.toBe(plain);
    expect([await chmodded(0o600), await chmodded(0o440), await chmodded(0o666)]).toEqual([
      plain,
      plain,
      plain,
    ]);
    expect([await chmodded(0o700), await chmodded(0o555)]).toEqual([executable, executable]);
  });

  test("counts empty folders, at any depth, and which they are", async () => {
    const withFolders = (...names: string[]) =>
      digestWith((folder) => {
        for (const name of names) mkdirSync(path.join(folder, name), { recursive: true });
      });
    const digests = [
      await withFolders(),
      await withFolders("a"),
      await withFolders("b"),
      await withFolders("a/b"),
    ];
    expect(new Set(digests).size).toBe(4);
    expect(await withFolders("a")).toBe(digests[1]);
  });

  test("without either has the digest that it always had", async () => {
    const { folder, inside } = places();
    writeFileSync(inside("tool"), "x");
    expect((await manifestOf(folder)).digest).toBe(
      digestOf([{ path: "tool", bytes: 1, sha256: await hashFile(inside("tool")) }]),
    );
  });

  test("that lost a mode or an empty folder, or got one, is damaged", async () => {
    const { objects, folder, inside } = places();
    writeFileSync(inside("tool"), "x", { mode: 0o755 });
    mkdirSync(inside("empty"));
    const artifact = await publish(objects, folder, "path");
    const content = await pathOf(objects, artifact);
    expect(await verifyArtifact(objects, artifact.digest)).toBeNull();
    chmodSync(path.join(content, "tool"), 0o444);
    expect(await defectOfArtifact(objects, artifact)).toBe(
      "'tool' is not executable, unlike what was stored",
    );
    chmodSync(path.join(content, "tool"), 0o555);
    mkdirSync(path.join(content, "more"));
    expect(await defectOfArtifact(objects, artifact)).toBe("'more/' was added");
  });
});

describe("a published folder", () => {
  test("has relative links where they led into it, wherever they began", async () => {
    const { objects, folder, inside } = places();
    mkdirSync(inside("ck-7/sub"), { recursive: true });
    writeFileSync(inside("ck-7/weights"), "w");
    symlinkSync(inside("ck-7"), inside("latest"));
    symlinkSync(inside("latest"), inside("newest"));
    symlinkSync("../../../m/ck-7/weights", inside("ck-7/sub/up"));
    const artifact = await publish(objects, folder, "path");
    const content = await pathOf(objects, artifact);
    expect(readlinkSync(path.join(content, "latest"))).toBe("ck-7");
    expect(readlinkSync(path.join(content, "newest"))).toBe("ck-7");
    expect(readFileSync(path.join(content, "newest/weights"), "utf8")).toBe("w");
    expect(readFileSync(path.join(content, "ck-7/sub/up"), "utf8")).toBe("w");
    expect(await verifyArtifact(objects, artifact.digest)).toBeNull();
  });

  test("has copies of what its links led out to", async () => {
    const { base, objects, folder, inside } = places();
    mkdirSync(path.join(base, "data/deep"), { recursive: true });
    mkdirSync(path.join(base, "data/empty"));
    writeFileSync(path.join(base, "data/deep/a"), "a");
    writeFileSync(path.join(base, "file"), "big", { mode: 0o755 });
    symlinkSync(path.join(base, "data/deep"), path.join(base, "data/again"));
    symlinkSync(path.join(base, "data"), inside("data"));
    symlinkSync("../../file", inside("file"));
    expect(await makeSelfContained(folder)).toEqual(
      expect.arrayContaining([`'data' was a link to '${base}/data'; its content was copied`]),
    );
    const content = await pathOf(objects, await publish(objects, folder, "path"));
    writeFileSync(path.join(base, "file"), "other");
    writeFileSync(path.join(base, "data/deep/a"), "other");
    for (const name of ["data", "data/again", "file"])
      expect(lstatSync(path.join(content, name)).isSymbolicLink(), name).toBe(false);
    expect(readFileSync(path.join(content, "file"), "utf8")).toBe("big");
    expect(statSync(path.join(content, "file")).mode & 0o777).toBe(0o555);
    for (const name of ["data/deep/a", "data/again/a"])
      expect(readFileSync(path.join(content, name), "utf8")).toBe("a");
    expect(statSync(path.join(content, "data/empty")).isDirectory()).toBe(true);
  });

  test("is a folder, also where the program put a link in its place", async () => {
    const { base, objects } = places();
    mkdirSync(path.join(base, "model"));
    writeFileSync(path.join(base, "model/w"), "w");
    const link = path.join(base, "out/link");
    symlinkSync(path.join(base, "model"), link);
    const content = await pathOf(objects, await publish(objects, link, "path"));
    expect(lstatSync(content).isDirectory()).toBe(true);
    expect(existsSync(path.join(base, "model/w"))).toBe(true);
  });

  test.runIf(canBeBound)("has no second name outside, whose writer would write into it", async () => {
    const { base, objects, folder, inside } = places();
    const own = path.join(base, "own");
    writeFileSync(own, "x");
    mkdirSync(inside("sub"));
    linkSync(own, inside("sub/linked"));
    chmodSync(inside("sub"), 0o555);
    await asUser([base, path.dirname(folder), folder, inside("sub"), own], () => breakHardLinks(folder));
    const content = await pathOf(objects, await publish(objects, folder, "path"));
    writeFileSync(own, "changed");
    expect(readFileSync(path.join(content, "sub/linked"), "utf8")).toBe("x");
    expect(statSync(own).mode & 0o200).toBe(0o200);
  });

  test("leaves hard links alone where a program put a link to them in its place", async () => {
    const { base, objects } = places();
    mkdirSync(path.join(base, "data"));
    writeFileSync(path.join(base, "data/a"), "a");
    linkSync(path.join(base, "data/a"), path.join(base, "second"));
    const link = path.join(base, "out/link");
    symlinkSync(path.join(base, "data"), link);
    await breakHardLinks(link);
    const content = await pathOf(objects, await publish(objects, link, "path"));
    expect(statSync(path.join(base, "data/a")).ino).toBe(statSync(path.join(base, "second")).ino);
    expect(statSync(path.join(content, "a")).nlink).toBe(1);
  });

  test("may have names as long as a file system allows", async () => {
    const { base, objects, folder, inside } = places();
    const [linked, hard] = ["a", "b"].map((letter) => letter.repeat(255)) as [string, string];
    writeFileSync(path.join(base, "own"), "x");
    symlinkSync(path.join(base, "own"), inside(linked));
    linkSync(path.join(base, "own"), inside(hard));
    await breakHardLinks(folder);
    const content = await pathOf(objects, await publish(objects, folder, "path"));
    for (const name of [linked, hard]) expect(readFileSync(path.join(content, name), "utf8")).toBe("x");
  });

  test.runIf(canBeBound)("cannot be written to by a user, and can be removed", async () => {
    const { base, root, objects, folder, inside } = places();
    mkdirSync(inside("sub/deep"), { recursive: true });
    writeFileSync(inside("sub/deep/w"), "w");
    writeFileSync(inside("private"), "p", { mode: 0o600 });
    // As shutil.copytree makes it of a read-only folder.
    for (const place of ["sub/deep", "sub"]) chmodSync(inside(place), 0o555);
    const mine = [
      base,
      path.dirname(folder),
      folder,
      inside("sub"),
      inside("sub/deep"),
      inside("sub/deep/w"),
      inside("private"),
    ];
    await asUser(mine, async () => {
      const content = await pathOf(objects, await publish(objects, folder, "path"));
      const file = path.join(content, "sub/deep/w");
      await expect(open(file, "a")).rejects.toMatchObject({ code: "EACCES" });
      expect(statSync(file).mode & 0o777).toBe(0o444);
      // Who could not read it still cannot.
      expect(statSync(path.join(content, "private")).mode & 0o777).toBe(0o400);
      execFileSync("rm", ["-rf", root]);
    });
    expect(existsSync(root)).toBe(false);
  });
});

describe("what cannot be kept", () => {
  test("is named, all of it at once", async () => {
    const { folder, inside } = places();
    symlinkSync("/nonexistent/x", inside("dangling"));
    symlinkSync("..", inside("up"));
    symlinkSync("/", inside("everything"));
    execFileSync("mkfifo", [inside("pipe")]);
    writeFileSync(latin(folder), "x");
    const error: unknown = await publishError(folder);
    expect((error as Error).message.split("; ").sort()).toEqual(
      [
        "'pipe' is neither a file nor a folder",
        "remove it",
        "the link 'dangling' leads nowhere",
        "mend or remove it",
        "the link 'everything' leads back to a folder above it",
        "remove it",
        "the link 'up' leads back to a folder above it",
        "remove it",
        "the name 'caf\\xe9' is not UTF-8",
        "rename it",
      ].sort(),
    );
  });

  const publishError = (folder: string): Promise<unknown> =>
    manifestOf(folder).then(
      () => null,
      (error: unknown) => error,
    );

  test.runIf(canBeBound)("because it may not be read is not called a link", async () => {
    const { base, folder, inside } = places();
    writeFileSync(inside("secret"), "s", { mode: 0 });
    await asUser([base, folder], async () => {
      await expect(manifestOf(folder)).rejects.toThrow("'secret' may not be read by this user (EACCES)");
    });
    mkdirSync(inside("priv"), { mode: 0 });
    await asUser([], async () => {
      await expect(manifestOf(folder)).rejects.toThrow("'priv' may not be read by this user (EACCES)");
    });
    chmodSync(inside("priv"), 0o700);
  });
});

test.runIf(canBeBound)(
  "what a program made read-only can be removed by its user, whatever its names",
  async () => {
    const { base, folder, inside } = places();
    mkdirSync(inside("sub"));
    writeFileSync(inside("sub/a"), "a");
    writeFileSync(latin(inside("sub")), "x");
    chmodSync(inside("sub"), 0o555);
    await asUser([base, path.dirname(folder), folder, inside("sub"), inside("sub/a")], async () => {
      await removeTree(folder);
    });
    expect(existsSync(folder)).toBe(false);
  },
);

describe("an artifact that was written to", () => {
  async function written() {
    const { root, objects, folder, inside } = places();
    writeFileSync(inside("w"), "1");
    const time = 1_700_000_000;
    utimesSync(inside("w"), time, time);
    const artifact = await publish(objects, folder, "path");
    const file = path.join(await pathOf(objects, artifact), "w");
    // A file system's clock ticks more coarsely.
    const since = Date.now() - 1_000;
    chmodSync(file, 0o644);
    writeFileSync(file, "2");
    utimesSync(file, time, time);
    return { root, objects, artifact, since };
  }

  test("is noticed by who knows when it was whole, also where size and time were put back", async () => {
    const { objects, artifact, since } = await written();
    expect(await defectOfArtifact(objects, artifact)).toBeNull();
    expect(await defectOfArtifact(objects, artifact, since)).toBe("'w' was altered");
  });

  test("stays damaged for all once it is known to be, until it is made again", async () => {
    const { root, objects, artifact } = await written();
    await markDamaged(objects, artifact, "'w' was altered");
    expect(await defectOfArtifact(objects, artifact)).toBe("'w' was altered");
    const again = path.join(root, "again");
    mkdirSync(again);
    writeFileSync(path.join(again, "w"), "1");
    expect(await publish(objects, again, "path")).toEqual(artifact);
    expect(await defectOfArtifact(objects, artifact)).toBeNull();
    expect(await verifyArtifact(objects, artifact.digest)).toBeNull();
  });
});
