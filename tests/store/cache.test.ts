import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { listArtifacts, publish, verifyArtifact } from "../../store/artifacts.ts";
import { listCache } from "../../store/cache.ts";
import { remember } from "../../store/finished-steps.ts";
import { keys } from "../../store/keys.ts";
import { temporaryFolder } from "../support/folders.ts";
import { inFolder, STORES } from "../support/stores.ts";

const key = (letter: string) => letter.repeat(64);
const FINISHED = {
  ...{ run: "r", made: "2026-11-27T10:00:00.000Z", metrics: {}, inexact: [], events: null },
  ...{ fields: { kind: "run/noop" }, seconds: 1 },
};

function made(root: string, name: string, bytes: number): string {
  const folder = path.join(root, "made", name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "file"), name.repeat(bytes));
  return folder;
}

test.each(STORES)("results in %s are listed with step, size and kind, newest first", async (_, make) => {
  const root = temporaryFolder();
  const store = make(root);
  const one = await publish(store.objects, made(root, "a", 3), "model");
  const two = await publish(store.objects, made(root, "b", 5), "model");
  await remember(store.objects, key("a"), {
    ...FINISHED,
    log: "sft/log.txt",
    outputs: { model: one, same: one },
  });
  await remember(store.objects, key("b"), { ...FINISHED, log: null, outputs: { one, two } });
  store.setUsed(keys.result(key("a")), Date.parse("2026-11-27T11:00:00.000Z"));
  store.setUsed(keys.result(key("b")), Date.parse("2026-11-27T12:00:00.000Z"));
  expect(await listCache(store)).toMatchObject([
    {
      id: "",
      kind: "run/noop",
      fingerprint: key("b"),
      bytes: 8,
      made: "2026-11-27T12:00:00.000Z",
      neededBy: [],
    },
    {
      id: "sft",
      kind: "run/noop",
      fingerprint: key("a"),
      bytes: 3,
      made: "2026-11-27T11:00:00.000Z",
      neededBy: [],
    },
  ]);
});

test("an artifact is verified by its content, and only names of artifacts are listed", async () => {
  const root = temporaryFolder();
  const { objects } = inFolder(root);
  const { digest } = await publish(objects, made(root, "a", 3), "model");
  expect(await verifyArtifact(objects, digest)).toBeNull();
  for (const name of [`${digest}0`, digest.slice(1), "notes"]) mkdirSync(path.join(root, "artifacts", name));
  expect(await listArtifacts(objects)).toEqual([digest]);
  const file = path.join(await objects.download(keys.artifact(digest)), "content", "file");
  chmodSync(file, 0o644);
  writeFileSync(file, "xyz");
  expect(await verifyArtifact(objects, digest)).toBe("'file' was altered");
});
