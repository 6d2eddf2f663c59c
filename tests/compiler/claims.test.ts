import { describe, expect, test } from "vitest";
import { diagnosticsOf } from "../support/recipes.ts";

const found = (steps: string, claim: string) =>
  diagnosticsOf(`recipe: 1\nname: r\nsteps:\n${steps}claims: [{ id: a, ${claim} }]\n`).map(
    ({ code, path, message, suggestion }) => ({ code, path, message, suggestion }),
  );
const program = (id: string, more = "") => `  ${id}: { uses: run/command, with: { argv: [a]${more} } }\n`;
const METRICS = ", metrics: [accuracy, 'f1[forward]']";

describe("a claim on a program's metric", () => {
  test("is held to those that it declares", () => {
    const one = program("score", METRICS);
    expect(found(one, "metric: score.accuracy, at_least: 1")).toEqual([]);
    expect(found(one, "metric: 'score.f1[forward]', at_least: 1")).toEqual([]);
    expect(found(one, "that: score.accuracy - 1, at_least: 1")).toEqual([]);
    expect(found(one, "metric: score.acuracy, at_least: 1")).toMatchObject([
      {
        code: "R0304",
        path: "claims.0.metric",
        message: "'score' declares no metric 'acuracy'. Did you mean 'score.accuracy'?",
        suggestion: "score.accuracy",
      },
    ]);
    expect(found(one, "that: score.accuracy - score.loss, at_least: 1")).toMatchObject([
      {
        code: "R0304",
        path: "claims.0.that",
        message: expect.stringContaining("It has: accuracy, f1[forward]."),
      },
    ]);
    expect(found(program("score", ", metrics: []"), "metric: score.loss, at_least: 1")).toMatchObject([
      { code: "R0304", message: expect.stringContaining("It has: none.") },
    ]);
  });

  test("that declares none is warned of, unless that is accepted", () => {
    expect(found(program("score"), "metric: score.accuracy, at_least: 1")).toMatchObject([
      { code: "R0517", path: "claims.0.metric", message: expect.stringContaining("metrics: [accuracy]") },
    ]);
    const cells = `  score: { uses: run/command, matrix: { seed: [1, 2] }, with: { argv: [a] } }\n`;
    expect(found(cells, "that: 'score.a - score.b', at_least: 1").map(({ code }) => code)).toEqual(["R0517"]);
    const accepted = `  score: { uses: run/command, accept: { R0517: as it is }, with: { argv: [a] } }\n`;
    expect(found(accepted, "metric: score.accuracy, at_least: 1")).toEqual([]);
  });

  test("is held to names that are expressions, too", () => {
    const cells = `  score: { uses: run/command, matrix: { part: [a, b] }, with: { argv: [a], metrics: ["f1_\${{ matrix.part }}"] } }\n`;
    expect(found(cells, "metric: 'score[part=a].f1_a', at_least: 1")).toEqual([]);
    expect(found(cells, "metric: 'score[part=a].f1', at_least: 1")).toMatchObject([
      { code: "R0304", path: "claims.0.metric", message: "'score-a' declares no metric 'f1'." },
    ]);
  });

  test.each([
    "metrics: accuracy",
    "metrics: [a, a]",
    "metrics: ['a b']",
    "metrics: [1]",
    "metrics: { a: b }",
  ])("%s is no list of names", (metrics) => {
    const wrong = found(program("score", `, ${metrics}`), "metric: score.a, at_least: 1");
    expect(wrong.map(({ path }) => path.startsWith("steps.score.with.metrics"))).toContain(true);
  });
});

describe("programs are compared", () => {
  const than = "better: ours, than: base";

  test("by their predictions, whatever these are called", () => {
    expect(
      found(
        program("ours", ", outputs: { said: predictions }") +
          program("base", ", outputs: { p: predictions, m: model }"),
        than,
      ),
    ).toEqual([]);
    expect(
      found(
        program("ours", ", outputs: { predictions: predictions, more: predictions }") +
          "  base: { uses: eval/mcq }\n",
        than,
      ).filter(({ path }) => path.startsWith("claims")),
    ).toEqual([]);
  });

  test("not without, nor where several could be meant", () => {
    const base = program("base", ", outputs: { p: predictions }");
    expect(found(program("ours", ", outputs: { m: model }") + base, than)).toMatchObject([
      {
        code: "R0304",
        path: "claims.0.better",
        message: expect.stringContaining("declares no output of type predictions"),
      },
    ]);
    expect(
      found(program("ours", ", outputs: { a: predictions, b: predictions }") + base, than),
    ).toMatchObject([
      {
        code: "R0304",
        message:
          "'ours' has several outputs that can be compared: a, b. Call the one that counts 'predictions'.",
      },
    ]);
  });
});

describe("the seeds of a claim", () => {
  const cells = (keys: string) =>
    `  score: { uses: run/command, matrix: { ${keys} }, with: { argv: [a]${METRICS} } }\n`;
  const claim = (more: string) => `metric: score.accuracy, at_least: 1, ${more}`;

  test("are a key of its steps' matrices", () => {
    expect(found(cells("seed: [1, 2]"), claim("seeds: 2"))).toEqual([]);
    expect(found(cells("repetition: [1, 2]"), claim("seeds: 2, seed_key: repetition"))).toEqual([]);
    expect(found(cells("repetition: [1, 2]"), claim("seed_key: repetitoin"))).toMatchObject([
      {
        code: "R0304",
        path: "claims.0.seed_key",
        message:
          "The matrices of the claim's steps have no key 'repetitoin', so that there is one seed only. Did you mean 'repetition'?",
        suggestion: "repetition",
      },
    ]);
  });

  test.each(["seeds: 3", "unit: seed"])("%s asks for such a key", (asks) => {
    expect(found(cells("repetition: [1, 2]"), claim(asks))).toMatchObject([
      {
        code: "R0304",
        path: `claims.0.${asks.split(":")[0]}`,
        message: expect.stringContaining("They have: repetition. 'seed_key' names another one."),
      },
    ]);
    expect(found(program("score", METRICS), claim(asks))).toMatchObject([
      { code: "R0304", message: expect.stringContaining("None of its steps has a matrix.") },
    ]);
  });
});

test("a mapping that is none names its keys", () => {
  const one = program("score", METRICS);
  expect(found(one, "metric: score.accuracy, value: 1, within: interval")).toMatchObject([
    {
      code: "R0103",
      path: "claims.0.within",
      message:
        "'claims.0.within' must be a mapping; it is the text 'interval'. Its keys: absolute, relative, sd, margin, interval. Write { interval: 0.1 }.",
    },
  ]);
  expect(found(one, "metric: score.accuracy, value: 1, within: 0.1")).toMatchObject([
    { message: expect.stringContaining("Its keys: absolute, relative, sd, margin, interval.") },
  ]);
});
