import { constants } from "node:os";
import { describe, expect, test } from "vitest";
import { decodeUtf8, NotUtf8 } from "../../core/decode.ts";
import { digestOf } from "../../core/digest.ts";
import { isDiskFull, saysDiskFull } from "../../core/disk.ts";
import { isExact } from "../../core/exact-number.ts";
import { groupBy } from "../../core/group-by.ts";
import { mainNumber } from "../../core/main-number.ts";
import { isNamed, isWithheld } from "../../core/name-pattern.ts";
import { seconds } from "../../core/seconds.ts";
import { showValue } from "../../core/show-value.ts";
import { tooManyFiles } from "../../core/too-many-files.ts";

test.each([
  ["90s", 90],
  ["30m", 1800],
  ["12h", 43_200],
  ["2d", 172_800],
  ["PT10M", 600],
  ["P1DT2H3M4S", 93_784],
  ["PT0.5S", 0.5],
  ["P1D", 86_400],
])("%s is %d seconds", (text, expected) => {
  expect(seconds(text)).toBe(expected);
});

test.each([
  ["9007199254740991", true],
  ["9007199254740993", false],
  ["-9007199254740993", false],
  ["-9007199254740994", true],
  ["+9007199254740994", true],
  ["9007199254740994", true],
  ["0x20000000000001", false],
  ["0x20000000000002", true],
  ["0o400000000000000001", false],
  ["1e300", true],
  ["a 9007199254740993", true],
  ["9007199254740993 b", true],
])("a number written %s is kept exactly: %s", (text, expected) => {
  expect(isExact(Number.parseFloat(text) || Number(text), text)).toBe(expected);
});

test("a digest goes by content: not by the order of keys, but by that of a list", () => {
  expect(digestOf({ a: 1, b: [1, 2] })).toBe(digestOf({ b: [1, 2], a: 1 }));
  expect(digestOf({ a: 1, b: [2, 1] })).not.toBe(digestOf({ a: 1, b: [1, 2] }));
  expect(digestOf("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(digestOf("1")).toBe(digestOf(1));
  expect(() => digestOf({ a: 1n << 70n, b: () => 1 })).toThrow();
});

test("names by pattern: whole, or their beginning before a *", () => {
  expect(["LAB", "LAB_A", "XLAB_A"].map((name) => isNamed(name, ["NONE", "LAB_*"]))).toEqual([
    ...[false, true, false],
  ]);
  expect(["LAB", "LAB_A"].map((name) => isNamed(name, ["LAB"]))).toEqual([true, false]);
  expect(isNamed("LAB", [])).toBe(false);
  expect(["TEMPORAL_ADDRESS", "TEMPORAL", "MY_TEMPORAL_X"].map(isWithheld)).toEqual([true, false, false]);
});

test("groups stand in the order of their first items", () => {
  expect([...groupBy([3, 1, 4, 2], (item) => item % 2 === 0)]).toEqual([
    [false, [3, 1]],
    [true, [4, 2]],
  ]);
});

test.each([
  [null, "none"],
  [undefined, "none"],
  [0, "0"],
  [0.001, "0.001"],
  [0.0009, "9e-4"],
  [-0.0009, "-9e-4"],
  ["text", "text"],
  ["a".repeat(64), "aaaaaaaa…"],
  ["a".repeat(65), "a".repeat(65)],
  [`x${"a".repeat(64)}`, `x${"a".repeat(64)}`],
  [["a", 1], '["a",1]'],
  [["x".repeat(56)], `["${"x".repeat(56)}"]`],
  [["x".repeat(57)], `["${"x".repeat(57)}…`],
])("%j is shown as %s", (value, shown) => {
  expect(showValue(value)).toBe(shown);
});

describe("the number that a person watches", () => {
  test.each<[Record<string, number>, string]>([
    [{ accuracy: 0.5 }, "accuracy 50.0 %"],
    [{ accuracy: 0.5, accuracy_low: 0.25 }, "accuracy 50.0 %"],
    [{ accuracy: 0.5, accuracy_high: 0.75 }, "accuracy 50.0 %"],
    [{ accuracy: 0.5, accuracy_low: 0.25, accuracy_high: 0.75, loss: 1 }, "accuracy 50.0 % [25.0, 75.0]"],
    [{ reward: 0.12345, loss: 1 }, "reward 0.123"],
    [{ loss: 0.12345, frames: 8 }, "loss 0.123"],
    [{ frames: 1, videos: 2 }, "1 frame"],
    [{ videos: 2 }, "2 videos"],
    [{ other: 1 }, ""],
  ])("of %j is '%s'", (metrics, text) => {
    expect(mainNumber(undefined, metrics)).toBe(text);
  });

  test("is the kind's own where it has one", () => {
    const kind = (text: string) =>
      ({ mainNumber: () => text }) as unknown as Parameters<typeof mainNumber>[0];
    expect(mainNumber(kind("own"), { loss: 1 })).toBe("own");
    expect(mainNumber(kind(""), { loss: 1 })).toBe("loss 1.000");
  });
});

describe("what the machine lacks", () => {
  const errno = (more: object, cause?: unknown) => Object.assign(new Error("it failed", { cause }), more);

  test("a full disk or quota is seen behind other errors too", () => {
    for (const full of [{ code: "ENOSPC" }, { code: "EDQUOT" }, { errno: -constants.errno.EDQUOT }]) {
      expect(isDiskFull(errno(full))).toBe(true);
      expect(isDiskFull(errno({}, errno(full)))).toBe(true);
    }
    expect(isDiskFull(errno({ code: "EIO", errno: constants.errno.EDQUOT }, "ENOSPC"))).toBe(false);
    expect(isDiskFull("ENOSPC")).toBe(false);
  });

  test.each([
    ["cp: no space left on DEVICE", true],
    ["Disk quota exceeded", true],
    ["Disc quota exceeded", true],
    ["OSError: [Errno 28] ", true],
    ["OSError: [Errno 122] ", true],
    ["SafetensorError: (os error 28)", true],
    ["SafetensorError: (os error 122)", true],
    ["OSError: [Errno 2]", false],
    ["(os error 128)", false],
  ])("a program that writes '%s' says that the disk is full: %s", (text, full) => {
    expect(saysDiskFull(text)).toBe(full);
  });

  test("too many open files are told of this process, or of the machine", () => {
    expect(tooManyFiles(errno({ code: "EMFILE" }))).toMatch(
      /^Too many files are open in this process\..*ulimit/,
    );
    expect(tooManyFiles(errno({ code: "ENFILE" }))).toMatch(
      /^Too many files are open on this machine\..*limit/,
    );
    for (const other of [errno({ code: "EIO" }), "EMFILE", null, undefined])
      expect(tooManyFiles(other)).toBeUndefined();
  });
});

describe("the text of a file", () => {
  const told = (bytes: number[] | string) => {
    try {
      return decodeUtf8(typeof bytes === "string" ? Buffer.from(bytes) : Uint8Array.from(bytes), "f.yaml");
    } catch (error) {
      expect(error).toBeInstanceOf(NotUtf8);
      const { message, place } = error as NotUtf8;
      return [message, place.line, place.column];
    }
  };
  const latin1 = (line: number, column: number, byte: string) => [
    `'f.yaml' is not UTF-8: line ${line} has the byte 0x${byte} at column ${column}, as Latin-1 or Windows-1252 would have it. Save the file as UTF-8.`,
    line,
    column,
  ];
  const letters = (text: string) => [...Buffer.from(text)];

  test("is what its bytes say, with a mark of their order and a true U+FFFD", () => {
    for (const text of ["", "ä€😀\n", "\ufeffa", "a\ufffdb"]) expect(told(text)).toBe(text);
  });

  test("that is none is told with the place of the first byte", () => {
    expect(told([0xe4])).toEqual(latin1(1, 1, "E4"));
    expect(told([...letters("a: ö\nb: "), 0xe4, 0x0a])).toEqual(latin1(2, 4, "E4"));
    expect(told([...letters("a\r\nb\rc"), 0xfc, 0xe4])).toEqual(latin1(3, 2, "FC"));
    expect(told([...letters("\ufeffa"), 0xe4])).toEqual(latin1(1, 3, "E4"));
    // Cut within a character, also after one that is a replacement by right.
    expect(told([...letters("\ufffd"), 0xe2, 0x82])).toEqual(latin1(1, 2, "E2"));
    expect(told([0xef, 0xbf, 0x41])).toEqual(latin1(1, 1, "EF"));
  });

  test("in UTF-16 is told as that", () => {
    const utf16 = ["'f.yaml' is UTF-16. Save it as UTF-8.", 1, 1];
    expect(told([0xff, 0xfe, 0x61, 0])).toEqual(utf16);
    expect(told([0xfe, 0xff, 0, 0x61])).toEqual(utf16);
  });
});
