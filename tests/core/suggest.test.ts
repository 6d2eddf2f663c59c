import { describe, expect, test } from "vitest";
import { closest, meantName, noteOn } from "../../core/suggest.ts";

describe("the word that was meant", () => {
  const known = ["learning_rate", "epochs", "seed", "steps"];

  test.each([
    ["learning-rate", "learning_rate"],
    ["LearningRate", "learning_rate"],
    ["learning rate", "learning_rate"],
    ["epoch", "epochs"],
    ["sede", "seed"],
    ["sead", "seed"],
    ["sxxd", undefined],
    ["stps", "steps"],
    ["leerning_rote", "learning_rate"],
    ["le_rning_r_te_xx", "learning_rate"],
    ["optimizer", undefined],
    ["", undefined],
  ])("by '%s' is %s", (word, meant) => {
    expect(closest(word, known)).toBe(meant);
  });

  test("is not looked for among none, among thousands, or for a text", () => {
    expect(closest("a", [])).toBeUndefined();
    const many = Array.from({ length: 500 }, (_, index) => `word${index}`);
    expect(closest("wrd499", many)).toBe("word499");
    expect(closest("wrd499", [...many, "one more"])).toBeUndefined();
    const long = "x".repeat(100);
    expect(closest(long, [`${long}y`])).toBe(`${long}y`);
    expect(closest(`${long}y`, [long])).toBeUndefined();
  });
});

describe("a name of another tool", () => {
  test("is the one of ours that is there, else what is near", () => {
    expect(meantName("bs", ["batch_size"])).toBe("batch_size");
    expect(meantName("bs", ["batch_size", "batch_size_per_device"])).toBe("batch_size_per_device");
    expect(meantName("lr", ["rate", "lf"])).toBe("lf");
    expect(meantName("constructor", ["constructors"])).toBe("constructors");
  });

  test("may have a note", () => {
    expect(noteOn("warmup_steps")).toBe("It is a share of all steps.");
    expect([noteOn("seed"), noteOn("constructor")]).toEqual([undefined, undefined]);
  });
});
