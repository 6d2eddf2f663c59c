import { existsSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { defectOfArtifact, pathOf, placeOfOutput, publish, verifyArtifact } from "../../store/artifacts.ts";
import { manifestOf } from "../../store/manifest.ts";
import { recall, remember } from "../../store/finished-steps.ts";
import type { Objects } from "../../store/objects.ts";
import { temporaryFolder } from "../support/folders.ts";
import { STORES } from "../support/stores.ts";

const base = temporaryFolder();
let root = base;
let objects: Objects;
let count = 0;

const isStored = async (artifact: { digest: string }) => (await defectOfArtifact(objects, artifact)) === null;

function made(content: Record<string, string>): string {
  const folder = path.join(root, "out", String(count++));
  for (const [name, text] of Object.entries(content)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

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

describe.each(STORES)("over %s", (_, make) => {
  beforeEach(() => {
    root = path.join(base, String(count++));
    ({ objects } = make(root));
  });

  describe("an artifact", () => {
    test("is named by its content alone", async () => {
      const first = await publish(objects, made({ "b/c": "2", a: "1" }), "model");
      const again = await publish(objects, made({ a: "1", "b/c": "2" }), "model");
      const other = await publish(objects, made({ a: "1", "b/d": "2" }), "model");
      expect(again).toEqual(first);
      expect(other.digest).not.toBe(first.digest);
    });

    test("moves into the store whole", async () => {
      const folder = made({ a: "1" });
      const artifact = await publish(objects, folder, "model");
      expect(existsSync(folder)).toBe(false);
      expect(existsSync(path.join(await pathOf(objects, artifact), "a"))).toBe(true);
      expect(await isStored(artifact)).toBe(true);
    });

    test("of one file is found by its file", async () => {
      const place = placeOfOutput(path.join(root, "out"), "metrics", "metrics");
      mkdirSync(place.folder, { recursive: true });
      writeFileSync(place.target, "{}");
      const artifact = await publish(objects, place.folder, "metrics");
      expect((await pathOf(objects, artifact)).endsWith("content/metrics.json")).toBe(true);
    });

    test("that lost a file, or part of one, is not stored any more", async () => {
      const artifact = await publish(objects, made({ a: "1", b: "23" }), "model");
      truncateSync(path.join(await pathOf(objects, artifact), "b"), 1);
      expect(await isStored(artifact)).toBe(false);
      rmSync(path.join(await pathOf(objects, artifact), "b"));
      expect(await isStored(artifact)).toBe(false);
    });

    test("whose content is another one is told when all of it is read", async () => {
      const artifact = await publish(objects, made({ a: "1" }), "model");
      expect(await verifyArtifact(objects, artifact.digest)).toBeNull();
      const file = path.join(await pathOf(objects, artifact), "a");
      rmSync(file);
      writeFileSync(file, "2");
      expect(await verifyArtifact(objects, artifact.digest)).toBe("'a' was altered");
    });

    test("that is broken is replaced when it is made again", async () => {
      const artifact = await publish(objects, made({ a: "1" }), "model");
      rmSync(path.join(await pathOf(objects, artifact), "a"));
      expect(await publish(objects, made({ a: "1" }), "model")).toEqual(artifact);
      expect(await isStored(artifact)).toBe(true);
    });
  });

  test("equal content published by several steps at once is stored once", async () => {
    const folders = Array.from({ length: 5 }, () => made({ a: "1", "b/c": "2" }));
    const artifacts = await Promise.all(folders.map((folder) => publish(objects, folder, "model")));
    expect(new Set(artifacts.map(({ digest }) => digest)).size).toBe(1);
    expect(await isStored(artifacts[0]!)).toBe(true);
    expect(await objects.list("artifacts")).toEqual([artifacts[0]!.digest]);
  });

  describe("a finished step", () => {
    test("is recalled with its outputs, and called damaged when one is lost", async () => {
      const model = await publish(objects, made({ a: "1" }), "model");
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
      await remember(objects, "f".repeat(64), step);
      expect(await recall(objects, "f".repeat(64), { params: {} })).toEqual({ how: "whole", step });
      rmSync(await pathOf(objects, model), { recursive: true });
      const defects = ["the stored model is damaged: 'a' is missing"];
      expect(await recall(objects, "f".repeat(64), { params: {} })).toEqual({
        how: "damaged",
        step,
        defects,
      });
    });

    test("that never was is not recalled", async () => {
      expect(await recall(objects, "0".repeat(64), { params: {} })).toEqual({ how: "unknown" });
    });
  });
});
