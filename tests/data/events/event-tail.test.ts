import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { EventFile } from "../../../steps/event-file.ts";
import { eventsIn, EventTail } from "../../../data/events/event-tail.ts";
import { readEventLine } from "../../../data/events/event-faults.ts";
import { temporaryFolder } from "../../support/folders.ts";

let file = "";
beforeEach(() => {
  file = path.join(temporaryFolder(), "events.jsonl");
});

const metrics = (value: string) => `{"event":"metrics","time":1,"step":1,"values":{"accuracy":${value}}}`;
const faultsOf = (line: string | Buffer): string[] => {
  const read = readEventLine(Buffer.from(line));
  return "faults" in read ? read.faults.map(({ text }) => text) : [];
};

describe("a line of an event file", () => {
  test.each(["0.5", "-0", "1e-300", "12"])("may say %s", (value) => {
    expect(readEventLine(Buffer.from(metrics(value)))).toMatchObject({ event: { event: "metrics" } });
  });

  test("may be blank, or end with CR LF", () => {
    expect(readEventLine(Buffer.from(" \r"))).toEqual({ event: null });
    expect(faultsOf(`${metrics("0.5")}\r`)).toEqual([]);
  });

  test.each<[string, string]>([
    [metrics("NaN"), "'accuracy' is NaN, which is no JSON; it must be a finite number, or be left out."],
    [metrics("-Infinity"), "'accuracy' is -Infinity, which is no JSON"],
    [metrics("1e999"), "'values.accuracy' is the number Infinity; it must be a finite number."],
    [metrics("null"), "'values.accuracy' is null; it must be a number."],
    [metrics('"0.95"'), "'values.accuracy' is \"0.95\"; it must be a number."],
    [metrics("true"), "'values.accuracy' is true; it must be a number."],
    [metrics('{"a":1}'), "'values.accuracy' is an object with the key a; it must be a number."],
    [metrics("[1]"), "'values.accuracy' is a list of 1; it must be a number."],
    [
      '{"event":"metrics","time":1,"step":1,"values":[1,2]}',
      "'values' is a list of 2; it must be an object.",
    ],
    ['{"event":"metrics","time":1,"step":1}', "the key 'values' is missing."],
    ['{"event":"metrics","time":1,"step":1,"values":{"a":1,"a":2}}', "the key 'a' stands twice"],
    [
      '{"event":"metrics","time":1,"step":1,"values":{},"epoch":2}',
      "'epoch' is not a key of the event 'metrics'.",
    ],
    [
      '{"event":"progress","time":1764000000000,"done":1,"total":2,"unit":"row"}',
      "it must be at most 253402300799.",
    ],
    [
      '{"event":"progress","time":1,"done":0.5,"total":2,"unit":"row"}',
      "'done' is the number 0.5; it must be a whole",
    ],
    ['{"event":"metric","time":1}', "'event' is \"metric\"; it must be one of attempt, progress, metrics"],
    ['{"event":"metric","time":1}', "Did you mean 'metrics'?"],
    ['{"time":1}', "the key 'event' is missing."],
    ['{"event":null}', "'event' is null; it must be one of"],
    ["null", "the line is null; it must be one JSON object."],
    ["5", "the line is the number 5; it must be one JSON object."],
    ['[{"event":"message"}]', "the line is a list of 1; it must be one JSON object."],
    ['{"event":"metrics"', "the line is not JSON: it is cut at column 19."],
    ["loss 0.5", "the line is not JSON"],
  ])("%s is told: %s", (line, said) => {
    const faults = faultsOf(line);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(said);
  });

  test("in another encoding is told", () => {
    expect(faultsOf(Buffer.from([0xff, 0xfe, 0x00]))[0]).toContain(
      "the line is not UTF-8: byte 0xFF at column 1",
    );
  });

  test("is told all that is wrong with it", () => {
    expect(faultsOf('{"event":"progress","time":"x","done":"a","total":null}')).toHaveLength(4);
  });
});

describe("an event file that grows", () => {
  const lines = ({ events, faults }: Awaited<ReturnType<EventTail["read"]>>) => [
    ...events.map(({ row, line }) => [line, row.event]),
    ...faults.map(({ line, cause }) => [line, cause]),
  ];

  test("gives each line once, with its number, and waits for the end of a line", async () => {
    const tail = new EventTail(file);
    expect(lines(await tail.read())).toEqual([]);
    const first = metrics("0.5");
    writeFileSync(file, `${first}\n\n${first.slice(0, 20)}`);
    expect(lines(await tail.read())).toEqual([[1, "metrics"]]);
    expect(lines(await tail.read())).toEqual([]);
    appendFileSync(file, `${first.slice(20)}\nnull\n`);
    expect(lines(await tail.read())).toEqual([
      [3, "metrics"],
      [4, "object"],
    ]);
  });

  test("is read on at the same line when secrets in it are hidden, whose marks are shorter or longer", async () => {
    const [long, short] = ["a-secret-that-is-longer-than-its-mark", "brief"];
    const said = (secret: string) => `{"event":"message","time":1,"text":"${secret}"}\n`;
    for (const secret of [long, short]) {
      writeFileSync(file, `${said(secret)}${metrics("0.5")}\n`);
      const tail = new EventTail(file);
      expect(lines(await tail.read())).toHaveLength(2);
      appendFileSync(file, Buffer.from(`${metrics("0.7")}\n\xff\n`, "latin1"));
      const events = await EventFile.open(file);
      await Promise.all([
        events.hide([secret]),
        events.write({ event: "checkpoint", step: 1, directory: "d" }),
      ]);
      expect(lines(await tail.rest())).toEqual([
        [3, "metrics"],
        [5, "checkpoint"],
        [4, "utf-8"],
      ]);
      expect(readFileSync(file, "utf8")).toContain("[secret]");
      expect(lines(await tail.rest())).toEqual([]);
    }
  });

  test("cut within a character is put together", async () => {
    const tail = new EventTail(file);
    const bytes = Buffer.from('{"event":"message","time":1,"text":"ü€"}\n');
    for (const byte of bytes) {
      appendFileSync(file, Buffer.from([byte]));
      const { events, faults } = await tail.read();
      expect(faults).toEqual([]);
      if (byte === 0x0a) expect(events[0]!.row).toMatchObject({ text: "ü€" });
    }
  });

  test("whose writer has ended: a last line counts if it is whole, and is told if it is torn", async () => {
    writeFileSync(file, `${metrics("0.5")}\n${metrics("0.97")}`);
    expect(lines(await new EventTail(file).rest())).toEqual([
      [1, "metrics"],
      [2, "metrics"],
    ]);
    writeFileSync(file, `${metrics("0.5")}\n${metrics("0.97").slice(0, -1)}`);
    const { faults } = await new EventTail(file).rest();
    expect(faults).toMatchObject([{ line: 2, cause: "torn" }]);
    expect(faults[0]!.text).toContain("the last line is not whole, and its program has ended");
  });

  test("shows what can be read of it, whatever else stands there", async () => {
    writeFileSync(file, `null\n${metrics("0.5")}\n5\n\xff\n[]\n${metrics("NaN")}\n{"event":"x"}\n`, "latin1");
    expect(await eventsIn(file)).toMatchObject([{ event: "metrics", values: { accuracy: 0.5 } }]);
    expect(await eventsIn(`${file}.none`)).toEqual([]);
  });
});
