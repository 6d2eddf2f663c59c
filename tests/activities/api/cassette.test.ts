import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { Cassette, CASSETTE } from "../../../activities/api/cassette.ts";
import { temporaryFolder } from "../../support/folders.ts";

const reply = (letter: string, ask = 0) => ({
  ...{ request: letter.repeat(64), ask, id: `q-${letter}`, asked: "2026-11-25T10:00:00.000Z", served: "m" },
  ...{ reply: letter, truncated: false, refused: false, input_tokens: 1, output_tokens: 1 },
});

test("what was recorded is there again, and a torn line is made again", async () => {
  const folder = path.join(temporaryFolder(), "kept");
  const first = await Cassette.record(folder);
  await Promise.all(["a", "b", "c"].map((letter) => first.add(reply(letter))));
  await first.add(reply("a", 1));
  appendFileSync(path.join(folder, CASSETTE), '{"request": "dddd');
  const second = await Cassette.record(folder);
  expect(second.replies.map(({ id, ask }) => `${id} ${ask}`)).toEqual(["q-a 0", "q-b 0", "q-c 0", "q-a 1"]);
  await second.add(reply("e"));
  const lines = readFileSync(path.join(folder, CASSETTE), "utf8").trimEnd().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual([
    "q-a",
    "q-b",
    "q-c",
    "q-a",
    "q-e",
  ]);
});

test("a cassette is replayed from a folder or a file", async () => {
  const folder = temporaryFolder();
  await (await Cassette.record(folder)).add(reply("a"));
  for (const place of [folder, path.join(folder, CASSETTE)]) {
    const replayed = await Cassette.replay(place);
    expect(replayed.get("a".repeat(64), 0)).toEqual(reply("a"));
    expect(replayed.get("a".repeat(64), 1)).toBeUndefined();
  }
});

test("a broken cassette is told with its line", async () => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, "empty"));
  const { ask: _, ...without } = reply("b");
  writeFileSync(
    path.join(folder, "bad.jsonl"),
    `${JSON.stringify(reply("a"))}\n${JSON.stringify(without)}\n`,
  );
  writeFileSync(path.join(folder, "text.jsonl"), "hello\n");
  await expect(Cassette.replay(path.join(folder, "bad.jsonl"))).rejects.toThrow(
    "bad.jsonl:2: the line must have required property 'ask'",
  );
  await expect(Cassette.replay(path.join(folder, "text.jsonl"))).rejects.toThrow("text.jsonl:1: ");
  await expect(Cassette.replay(path.join(folder, "empty"))).rejects.toThrow("has no cassette.jsonl");
});
