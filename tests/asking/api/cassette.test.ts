import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { Cassette, CASSETTE } from "../../../asking/api/cassette.ts";
import { temporaryFolder } from "../../support/folders.ts";

const reply = (letter: string, ask = 0) => ({
  ...{ request: letter.repeat(64), ask, id: `q-${letter}`, asked: "2026-11-25T10:00:00.000Z", served: "m" },
  ...{ reply: letter, truncated: false, refused: false, filtered: false, input_tokens: 1, output_tokens: 1 },
});
const lineOf = (value: object) => `${JSON.stringify(value)}\n`;

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
    "bad.jsonl:2: the key 'ask' is missing.",
  );
  await expect(Cassette.replay(path.join(folder, "text.jsonl"))).rejects.toThrow("text.jsonl:1: ");
  await expect(Cassette.replay(path.join(folder, "empty"))).rejects.toThrow("has no cassette.jsonl");
});

test("nothing is recorded that is no recorded reply", async () => {
  const folder = temporaryFolder();
  const cassette = await Cassette.record(folder);
  const listed = { ...reply("a"), reply: [{ type: "text", text: "A" }] };
  await expect(cassette.add(listed as never)).rejects.toThrow("'reply' is a list of 1; it must be a text");
  await expect(cassette.add({ ...reply("a"), input_tokens: -1 })).rejects.toThrow("at least 0");
  expect(readFileSync(path.join(folder, CASSETTE), "utf8")).toBe("");
  expect(cassette.replies).toEqual([]);
});

test("a kept line that is no recorded reply is not used, and counted", async () => {
  const folder = temporaryFolder();
  const listed = { ...reply("b"), reply: [{ type: "text", text: "A" }] };
  writeFileSync(path.join(folder, CASSETTE), lineOf(reply("a")) + lineOf(listed));
  const kept = await Cassette.record(folder);
  expect([kept.unfit, kept.get("b".repeat(64), 0)]).toEqual([1, undefined]);
  expect(kept.replies).toEqual([reply("a")]);
  expect(readFileSync(path.join(folder, CASSETTE), "utf8")).toBe(lineOf(reply("a")));
});

test("a recording from before filters were told apart is read", async () => {
  const file = path.join(temporaryFolder(), "old.jsonl");
  const { filtered: _, ...old } = reply("a");
  writeFileSync(file, lineOf({ ...old, refused: true }));
  expect((await Cassette.replay(file)).replies).toEqual([{ ...reply("a"), refused: true }]);
});

test("two replies to one asking are refused, one that stands twice is not", async () => {
  const file = path.join(temporaryFolder(), "joined.jsonl");
  writeFileSync(file, lineOf(reply("a")) + lineOf(reply("a")));
  expect((await Cassette.replay(file)).replies).toHaveLength(1);
  writeFileSync(file, lineOf(reply("a")) + lineOf({ ...reply("a"), reply: "B" }));
  await expect(Cassette.replay(file)).rejects.toThrow(
    "joined.jsonl:2: another reply to what was asked, 'q-a', stands in line 1.",
  );
});

test("what was paid for in vain is kept over attempts", async () => {
  const folder = temporaryFolder();
  const first = await Cassette.record(folder);
  await first.add(reply("a"));
  await first.spoil({ input_tokens: 7, output_tokens: 2 });
  const second = await Cassette.record(folder);
  expect(second.spoilt).toEqual([{ input_tokens: 7, output_tokens: 2 }]);
  expect([first.spent, second.spent].map(({ replies, input }) => [replies, input])).toEqual([
    [2, 8],
    [2, 8],
  ]);
});

test("what was paid for is a total: asking for it takes no longer with many replies", async () => {
  const cassette = await Cassette.record(temporaryFolder());
  const before = cassette.spent;
  await cassette.add(reply("a"));
  expect(cassette.spent).toBe(cassette.spent);
  expect(cassette.spent).not.toBe(before);
});
