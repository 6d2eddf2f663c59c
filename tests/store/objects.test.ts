import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { folderObjects } from "../../store/folder-objects.ts";
import type { Objects } from "../../store/objects.ts";
import { probe } from "../../store/probe.ts";
import { temporaryFolder } from "../support/folders.ts";
import { memoryObjects } from "../support/memory-objects.ts";

let root: string;
let objects: Objects;
const text = async (key: string) => (await objects.read(key))?.bytes.toString();

function folderOf(name: string, content: Record<string, string>): string {
  const folder = path.join(root, "made", name);
  for (const [file, bytes] of Object.entries(content)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), bytes, { mode: 0o555 });
  }
  return folder;
}

const together = <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

describe.each([
  ["a folder", folderObjects],
  ["memory", memoryObjects],
])("objects in %s", (_, make) => {
  beforeEach(() => {
    root = temporaryFolder();
    objects = make(path.join(root, "store"));
  });

  test("are read as they were written, and written again", async () => {
    expect(await objects.read("a/b.json")).toBeNull();
    await objects.write("a/b.json", "ü");
    expect(await text("a/b.json")).toBe("ü");
    const bytes = Buffer.from([0, 255, 10]);
    await objects.write("a/b.json", bytes, { soon: true });
    expect((await objects.read("a/b.json"))!.bytes).toEqual(bytes);
    await objects.settle("a/b.json");
    const large = Buffer.alloc(3 << 20, "large");
    await objects.write("a/large", large);
    expect((await objects.read("a/large"))!.bytes.equals(large)).toBe(true);
    // What is below an object is not there.
    expect(await objects.read("a/b.json/c")).toBeNull();
  });

  test("are made once: of 20 that make one at once, one does", async () => {
    for (let round = 0; round < 5; round++) {
      const key = `runs/${round}/run.json`;
      const made = await together(20, (index) => objects.write(key, String(index), { when: "absent" }));
      const winners = made.flatMap((one, index) => (one === "refused" ? [] : [String(index)]));
      expect(winners).toEqual([await text(key)]);
    }
  });

  test("are changed once from what they were: of 20 that change one at once, one does", async () => {
    const made = await objects.write("one", "first");
    const { tag } = made as { tag: string };
    expect((await objects.read("one"))!.tag).toBe(tag);
    const changed = await together(20, (index) => objects.write("one", String(index), { when: { tag } }));
    const winners = changed.flatMap((one, index) => (one === "refused" ? [] : [String(index)]));
    expect(winners).toEqual([await text("one")]);
    expect(await objects.write("other", "x", { when: { tag } })).toBe("refused");
    expect(await text("other")).toBeUndefined();
    expect(await objects.list("")).not.toContain("one.swap.partial");
  });

  test("count rightly by changes that are tried until they hold", async () => {
    await objects.write("count", "0");
    await together(10, async () => {
      for (;;) {
        const { bytes, tag } = (await objects.read("count"))!;
        const more = String(Number(bytes.toString()) + 1);
        if ((await objects.write("count", more, { when: { tag } })) !== "refused") return;
      }
    });
    expect(await text("count")).toBe("10");
  });

  test("are listed by what stands directly below a key, whole ones alone, while others are written", async () => {
    expect(await objects.list("steps")).toEqual([]);
    const writing = together(50, (index) => objects.write(`steps/${index}.json`, "{}".repeat(5_000)));
    const seen: string[] = [];
    for (let look = 0; look < 5; look++) {
      for (const name of await objects.list("steps")) {
        seen.push(name);
        expect(await text(`steps/${name}`)).toBe("{}".repeat(5_000));
      }
    }
    await writing;
    expect(seen.filter((name) => !/^[0-9]+\.json$/.test(name))).toEqual([]);
    await objects.write("steps/deep/er/one", "x");
    const all = Array.from({ length: 50 }, (__, index) => `${index}.json`);
    expect((await objects.list("steps")).sort()).toEqual([...all, "deep"].sort());
    expect(await objects.list("steps/deep")).toEqual(["er"]);
  });

  test("are looked at: when they were written or touched, and whether they are others since", async () => {
    expect(await objects.look("runs/r")).toBeNull();
    await objects.write("runs/r/run.json", "1");
    const [run, file] = [(await objects.look("runs/r"))!, (await objects.look("runs/r/run.json"))!];
    expect(Math.abs(Date.now() - file.changed)).toBeLessThan(10_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await objects.write("runs/r/run.json", "2");
    expect((await objects.look("runs/r/run.json"))!.version).not.toBe(file.version);
    expect((await objects.look("runs/r"))!.changed).toBeGreaterThan(run.changed);
    const before = (await objects.look("runs/r/run.json"))!.changed;
    await new Promise((resolve) => setTimeout(resolve, 20));
    await objects.touch("runs/r/run.json");
    expect((await objects.look("runs/r/run.json"))!.changed).toBeGreaterThan(before);
    expect(await text("runs/r/run.json")).toBe("2");
    await expect(objects.touch("runs/none")).rejects.toThrow();
  });

  test("are removed, one or all below a key; of several that remove at once nobody fails", async () => {
    expect(await objects.remove("runs/r")).toBe(false);
    for (const key of ["runs/r/a", "runs/r/b/c", "runs/rest"]) await objects.write(key, "x");
    expect(await objects.remove("runs/r/a")).toBe(true);
    expect(await objects.list("runs/r")).toEqual(["b"]);
    const removed = await together(5, () => objects.remove("runs/r"));
    expect(removed.filter(Boolean)).toEqual([true]);
    expect(await objects.list("runs")).toEqual(["rest"]);
  });

  test("of folders are put there whole, once, and come back as they were", async () => {
    const key = "artifacts/d";
    const made = folderOf("one", { "content/a": "1", "content/b/c": "2", "manifest.json": "{}" });
    mkdirSync(path.join(made, "content/empty"));
    expect(await objects.upload(key, made, "manifest.json")).toBe(true);
    expect(readdirSync(path.join(root, "made"))).toEqual([]);
    expect(await text(`${key}/manifest.json`)).toBe("{}");
    const places = await together(3, () => objects.download(key));
    expect(new Set(places)).toEqual(new Set([objects.here(key)]));
    const [place] = places as [string];
    expect(readdirSync(place, { recursive: true, encoding: "utf8" }).sort()).toEqual(
      ["content", "content/a", "content/b", "content/b/c", "content/empty", "manifest.json"].sort(),
    );
    expect(readFileSync(path.join(place, "content/b/c"), "utf8")).toBe("2");
    expect(statSync(path.join(place, "content/a")).mode & 0o777).toBe(0o555);
    const again = folderOf("two", { "content/a": "other", "manifest.json": "{}" });
    expect(await objects.upload(key, again, "manifest.json")).toBe(false);
    expect(readdirSync(again).sort()).toEqual(["content", "manifest.json"]);
    expect(readFileSync(path.join(await objects.download(key), "content/a"), "utf8")).toBe("1");
    expect(await objects.remove(key)).toBe(true);
    expect(() => statSync(place)).toThrow("ENOENT");
    expect(() => statSync(path.join(root, "nowhere"))).toThrow("ENOENT");
  });

  test("that are folders and not there lead nowhere", async () => {
    const place = await objects.download("artifacts/none");
    expect(() => statSync(place)).toThrow("ENOENT");
  });

  test("are put there once by several at once", async () => {
    const folders = Array.from({ length: 5 }, (__, index) =>
      folderOf(String(index), { "content/a": "1", "manifest.json": "{}" }),
    );
    const put = await Promise.all(folders.map((one) => objects.upload("artifacts/d", one, "manifest.json")));
    expect(put.filter(Boolean)).toEqual([true]);
    expect(readdirSync(path.join(root, "made"))).toHaveLength(4);
    expect(await objects.list("artifacts")).toEqual(["d"]);
  });

  test("can be trusted, and nothing is left of the trial", async () => {
    mkdirSync(path.join(root, "store"), { recursive: true });
    expect(await probe(objects, path.join(root, "store"))).toBeNull();
    expect((await objects.list("")).filter((name) => name !== "copies")).toEqual([]);
  });
});

/** Servers of object storage that were seen: each answers rightly while nobody races, or nearly so. */
const UNTRUSTED: Record<string, (whole: Objects) => Partial<Objects>> = {
  "of 20 that made one object at once 20 were told that they had": (whole) => ({
    write: async (key, bytes, how) => {
      const isThere = how?.when === "absent" && (await whole.read(key)) !== null;
      return isThere ? "refused" : whole.write(key, bytes, how?.when === "absent" ? {} : how);
    },
  }),
  "of 20 that changed one object at once 20 were told that they had": (whole) => ({
    write: async (key, bytes, how) => {
      if (how?.when === undefined || how.when === "absent") return whole.write(key, bytes, how);
      const now = await whole.read(key);
      return now?.tag === how.when.tag ? whole.write(key, bytes) : "refused";
    },
  }),
  "it changes an object that is not there": (whole) => ({
    write: (key, bytes) => whole.write(key, bytes),
  }),
  "of 20 that made one object at once none was told that it had": () => ({
    write: () => Promise.resolve("refused"),
  }),
  "an object that was written is not listed": () => ({ list: () => Promise.resolve([]) }),
  "an object that was removed is still there": () => ({ remove: () => Promise.resolve(true) }),
  "a folder that was put there comes back as another one": (whole) => ({
    upload: (key, _, last) => whole.write(`${key}/${last}`, "another").then(() => true),
  }),
};

test.each(Object.entries(UNTRUSTED))("objects are found out when %s", async (defect, spoil) => {
  const scratch = temporaryFolder();
  const whole = memoryObjects(scratch);
  expect(await probe({ ...whole, ...spoil(whole) }, scratch)).toBe(defect);
});
