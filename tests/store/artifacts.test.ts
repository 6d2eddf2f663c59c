import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { isStored, pathOf, placeOfOutput, publish } from "../../store/artifacts.ts";
import { manifestOf } from "../../store/manifest.ts";
import { recall, remember } from "../../store/finished-steps.ts";
import { temporaryFolder } from "../support/folders.ts";

const base = temporaryFolder();
let root: string;
let count = 0;

beforeEach(() => {
  root = path.join(base, String(count++));
});

function made(content: Record<string, string>): string {
  const folder = path.join(root, "out", String(count++));
  for (const [name, text] of Object.entries(content)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

describe("an artifact", () => {
  test("is named by its content alone", async () => {
    const first = await publish(root, made({ "b/c": "2", a: "1" }), "model");
    const again = await publish(root, made({ a: "1", "b/c": "2" }), "model");
    const other = await publish(root, made({ a: "1", "b/d": "2" }), "model");
    expect(again).toEqual(first);
    expect(other.digest).not.toBe(first.digest);
  });

  test("moves into the store whole", async () => {
    const folder = made({ a: "1" });
    const artifact = await publish(root, folder, "model");
    expect(existsSync(folder)).toBe(false);
    expect(existsSync(path.join(pathOf(root, artifact), "a"))).toBe(true);
    expect(await isStored(root, artifact)).toBe(true);
  });

  test("of one file is found by its file", async () => {
    const place = placeOfOutput(path.join(root, "out"), "metrics", "metrics");
    mkdirSync(place.folder, { recursive: true });
    writeFileSync(place.target, "{}");
    const artifact = await publish(root, place.folder, "metrics");
    expect(pathOf(root, artifact).endsWith("content/metrics.json")).toBe(true);
  });

  test("that lost a file, or part of one, is not stored any more", async () => {
    const artifact = await publish(root, made({ a: "1", b: "23" }), "model");
    truncateSync(path.join(pathOf(root, artifact), "b"), 1);
    expect(await isStored(root, artifact)).toBe(false);
    rmSync(path.join(pathOf(root, artifact), "b"));
    expect(await isStored(root, artifact)).toBe(false);
  });

  test("that is broken is replaced when it is made again", async () => {
    const artifact = await publish(root, made({ a: "1" }), "model");
    rmSync(path.join(pathOf(root, artifact), "a"));
    expect(await publish(root, made({ a: "1" }), "model")).toEqual(artifact);
    expect(await isStored(root, artifact)).toBe(true);
  });
});

test("equal content published by several steps at once is stored once", async () => {
  const folders = Array.from({ length: 5 }, () => made({ a: "1", "b/c": "2" }));
  const artifacts = await Promise.all(folders.map((folder) => publish(root, folder, "model")));
  expect(new Set(artifacts.map(({ digest }) => digest)).size).toBe(1);
  expect(await isStored(root, artifacts[0]!)).toBe(true);
  expect(readdirSync(path.join(root, "artifacts"))).toEqual([artifacts[0]!.digest]);
});

test("a manifest follows links: what counts is the content", async () => {
  const real = made({ "sub/a": "1" });
  const [linkedFile, linkedFolder] = [made({ other: "x" }), made({ other: "x" })];
  mkdirSync(path.join(linkedFile, "sub"));
  symlinkSync(path.join(real, "sub/a"), path.join(linkedFile, "sub/a"));
  symlinkSync(path.join(real, "sub"), path.join(linkedFolder, "sub"));
  const direct = made({ other: "x", "sub/a": "1" });
  const digests = await Promise.all(
    [linkedFile, linkedFolder, direct].map(async (folder) => (await manifestOf(folder)).digest),
  );
  expect(new Set(digests).size).toBe(1);
});

describe("a finished step", () => {
  test("is recalled with its outputs, and called damaged when one is lost", async () => {
    const model = await publish(root, made({ a: "1" }), "model");
    const step = {
      run: "r",
      made: "2026-11-24T00:00:00.000Z",
      inexact: [],
      outputs: { model },
      metrics: { loss: 1 },
      log: "s/log.txt",
      events: "s/events.jsonl",
      fields: { kind: "model/merge" },
      seconds: 1.5,
    };
    await remember(root, "f".repeat(64), step);
    expect(await recall(root, "f".repeat(64), { params: {} })).toEqual({ how: "whole", step });
    rmSync(pathOf(root, model), { recursive: true });
    const defects = ["the stored model is damaged: 'a' is missing"];
    expect(await recall(root, "f".repeat(64), { params: {} })).toEqual({ how: "damaged", step, defects });
  });

  test("that never was is not recalled", async () => {
    expect(await recall(root, "0".repeat(64), { params: {} })).toEqual({ how: "unknown" });
  });
});
