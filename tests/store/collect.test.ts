import { existsSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { Artifact } from "../../schemas/plan.ts";
import { publish } from "../../store/artifacts.ts";
import { collect, parseKeep, type Keep } from "../../store/collect.ts";
import { recall, remember, type FinishedStep } from "../../store/finished-steps.ts";
import { home } from "../../store/home.ts";
import { keys } from "../../store/keys.ts";
import { temporaryFolder } from "../support/folders.ts";
import { STORES } from "../support/stores.ts";

test.each<[string, Keep | null]>([
  ["20GB", { bytes: 20e9 }],
  ["1.5 tb", { bytes: 1.5e12 }],
  [" 5kb ", { bytes: 5e3 }],
  ["7Mb", { bytes: 7e6 }],
  ["36h", { milliseconds: 129_600_000 }],
  ["30d", { milliseconds: 2_592_000_000 }],
  ["2w", { milliseconds: 1_209_600_000 }],
  ["0.5d", { milliseconds: 43_200_000 }],
  ...["20", "GB", "30D", "1m", "-1GB", "1.GB", "1 GB x", "x1GB", "1e3GB", ""].map((text): [string, null] => [
    text,
    null,
  ]),
])("'%s' keeps %o", (text, keep) => {
  expect(parseKeep(text)).toEqual(keep);
});

const FINISHED: Omit<FinishedStep, "outputs"> = {
  ...{ run: "r", made: "2026-11-27T10:00:00.000Z", metrics: {}, inexact: [], log: null, events: null },
  ...{ fields: {}, seconds: 1 },
};
const HOUR = 3_600_000;
const key = (letter: string) => letter.repeat(64);
let root = "";
let store: ReturnType<(typeof STORES)[number][1]>;
let count = 0;

const before = (hours: number) => Date.now() - hours * HOUR;
const isThere = async ({ digest }: Artifact) => (await store.objects.look(keys.artifact(digest))) !== null;

/** An artifact of a step that is finished under a fingerprint. */
async function artifact(fingerprint: string, bytes: number, hours: number): Promise<Artifact> {
  const folder = path.join(root, "out", String(count++));
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "file"), fingerprint.slice(0, 1).repeat(bytes));
  const made = await publish(store.objects, folder, "model");
  await remember(store.objects, fingerprint, { ...FINISHED, outputs: { model: made } });
  store.setUsed(keys.artifact(made.digest), before(hours));
  return made;
}

function work(letter: string, bytes: number, hours: number): string {
  const place = home.work(root, key(letter));
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, "state"), "x".repeat(bytes));
  utimesSync(place, before(hours) / 1000, before(hours) / 1000);
  return place;
}

/** A run that is under way, or can go on: it has no record. */
async function openRun(hours: number) {
  const request = { run: "open", plan: { steps: [] }, inputs: {} };
  const started = new Date(before(hours)).toISOString();
  await store.objects.write(keys.started("open"), JSON.stringify({ request, started, reuses: [key("k")] }));
}

const names = (removed: { what: string; name: string }[]) =>
  removed.map(({ what, name }) => `${what} ${name}`);

describe.each(STORES)("a collection of a store over %s", (_, make) => {
  beforeEach(() => {
    root = temporaryFolder();
    store = make(root);
  });

  test("by size removes the least lately used first, until the rest is small enough", async () => {
    const [old, middle, young] = [
      await artifact(key("a"), 100, 3),
      await artifact(key("b"), 200, 2),
      await artifact(key("c"), 400, 1),
    ];
    const place = work("d", 50, 2.5);
    const found = await collect(store, { bytes: 600 }, false);
    expect(names(found.removed)).toEqual([`artifact ${old.digest}`, `work ${key("d")}`]);
    expect(found).toMatchObject({ freed: 150, left: 600, needed: 0 });
    expect(await Promise.all([old, middle, young].map(isThere))).toEqual([false, true, true]);
    expect(existsSync(place)).toBe(false);
    // A result without its artifact would look damaged.
    expect(await recall(store.objects, key("a"), { params: {} })).toEqual({ how: "unknown" });
    expect(await recall(store.objects, key("b"), { params: {} })).toMatchObject({ how: "whole" });
    expect((await collect(store, { bytes: 600 }, false)).removed).toEqual([]);
  });

  test("by age removes what was not used for so long, and says it before", async () => {
    const old = await artifact(key("a"), 100, 3);
    await artifact(key("b"), 200, 1);
    for (const dry of [true, false]) {
      const found = await collect(store, { milliseconds: 2 * HOUR }, dry);
      expect(names(found.removed)).toEqual([`artifact ${old.digest}`]);
      expect(found).toMatchObject({ freed: 100, left: 200 });
      expect(await isThere(old)).toBe(dry);
    }
  });

  test("leaves what a run needs that is not over, what was used since it began, and every step's directory", async () => {
    const needed = await artifact(key("k"), 100, 5);
    const since = await artifact(key("s"), 200, 1);
    const earlier = await artifact(key("b"), 400, 3);
    const place = work("d", 50, 4);
    await openRun(2);
    const found = await collect(store, { bytes: 0 }, false);
    expect(names(found.removed)).toEqual([`artifact ${earlier.digest}`]);
    expect(found).toMatchObject({ freed: 400, left: 350, needed: 350 });
    expect(await Promise.all([needed, since].map(isThere))).toEqual([true, true]);
    expect(existsSync(place)).toBe(true);
  });

  test("leaves what was used between the look at it and its removal", async () => {
    const [free, taken] = [await artifact(key("a"), 100, 3), await artifact(key("b"), 200, 3)];
    let looks = 0;
    const look: typeof store.objects.look = async (place) => {
      const found = await store.objects.look(place);
      const again = place === keys.artifact(taken.digest) && ++looks > 1;
      return found !== null && again ? { ...found, changed: Date.now() } : found;
    };
    const found = await collect({ ...store, objects: { ...store.objects, look } }, { bytes: 0 }, false);
    expect(names(found.removed)).toEqual([`artifact ${free.digest}`]);
    expect(found).toMatchObject({ freed: 100, left: 200 });
    expect(await Promise.all([free, taken].map(isThere))).toEqual([false, true]);
  });

  test("removes what interrupted commands left, whatever is to be kept", async () => {
    const left = path.join(root, "artifacts", `${key("a")}.x.removed`);
    mkdirSync(left, { recursive: true });
    writeFileSync(path.join(left, "file"), "xx");
    const found = await collect(store, { bytes: 1e9 }, false);
    expect(found.removed.map(({ what }) => what)).toEqual(["leftover"]);
    expect(found).toMatchObject({ freed: 2, left: 0 });
  });

  test("of an empty store, and of names that are none of ours, removes nothing", async () => {
    expect(await collect(store, { bytes: 0 }, false)).toEqual({ removed: [], freed: 0, left: 0, needed: 0 });
    mkdirSync(path.join(root, "artifacts", "mine"), { recursive: true });
    mkdirSync(path.join(home.works(root), `${key("a")}b`), { recursive: true });
    expect((await collect(store, { bytes: 0 }, false)).removed).toEqual([]);
  });
});
