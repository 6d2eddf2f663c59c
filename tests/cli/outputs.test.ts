import { accessSync, constants, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { reprise, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const folder = temporaryFolder();
stopServerAfterwards(folder);
const PROGRAM = `echo '<svg/>' > "$1/accuracy.svg"; echo hidden > "$1/weights.bin"
echo '{"event":"metrics","time":1,"step":1,"values":{"accuracy":93.5}}' >> "$REPRISE_EVENTS"`;

beforeAll(async () => {
  writeFileSync(path.join(folder, "p.sh"), PROGRAM);
  writeFileSync(
    path.join(folder, "r.yaml"),
    `recipe: 1
name: plotted
steps:
  plot: { uses: run/command, with: { argv: [sh, p.sh, "{outputs.figure}"], env: { A: a }, outputs: { figure: path } } }
claims: [{ id: good, says: It is good, metric: plot.accuracy, at_least: 90 }]
`,
  );
  const ended = await reprise(folder, ["run", "r.yaml", "--set", "steps.plot.with.env.A=b"]);
  expect(ended).toMatchObject({ code: 0 });
  // What is told while it ends, and in the end.
  expect(ended.stdout).toMatch(/^plot: done .*accuracy 93\.5 +accuracy\.svg$/m);
  expect(ended.stdout).toMatch(/^plot: \.reprise\/artifacts\/[0-9a-f]{64}\/content\/accuracy\.svg$/m);
  expect(ended.stdout).toContain("1 step, 0 reused");
  expect(ended.stdout).not.toContain("1 steps");
  expect(ended.stdout).not.toContain("%");
}, 120_000);

describe("outputs", { timeout: 60_000 }, () => {
  test("of a run are listed, with what can be done", async () => {
    const { stdout, code } = await reprise(folder, ["outputs", "last"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^plot\.figure +path +\d+ B +2 files +\.reprise\/artifacts\/[0-9a-f]{12}\/content$/m,
    );
    const { outputs } = JSON.parse((await reprise(folder, ["outputs", "last", "--json"])).stdout) as {
      outputs: { place: string; files: string[]; defect: null }[];
    };
    expect(outputs).toMatchObject([{ step: "plot", files: ["accuracy.svg", "weights.bin"], defect: null }]);
    expect(existsSync(path.join(outputs[0]!.place, "accuracy.svg"))).toBe(true);
  });

  test("one is its path, for other commands", async () => {
    const { stdout } = await reprise(folder, ["outputs", "last", "plot.figure"]);
    expect(readFileSync(path.join(folder, stdout, "accuracy.svg"), "utf8")).toBe("<svg/>\n");
  });

  test.each([
    ["plot.figure", "chosen/name", "chosen/name"],
    ["plot", "of-step", "of-step/figure"],
    [undefined, "of-run", "of-run/plot/figure"],
  ])("%s is copied to %s, and may be written there", async (asked, to, place) => {
    const args = ["outputs", "last", ...(asked === undefined ? [] : [asked]), "--to", to];
    expect((await reprise(folder, args)).stdout).toBe(`plot.figure: ${place}`);
    const file = path.join(folder, place, "accuracy.svg");
    accessSync(file, constants.W_OK);
    writeFileSync(file, "mine");
    const again = await reprise(folder, args);
    expect(again).toMatchObject({ code: 2 });
    expect(again.stderr).toContain("is there already");
    expect(readFileSync(file, "utf8")).toBe("mine");
  });

  test.each([
    ["plott", "has no step 'plott'"],
    ["plot.figur", "'plot' has no output 'figur'. It has: figure."],
  ])("%s is refused", async (asked, says) => {
    const { code, stderr } = await reprise(folder, ["outputs", "last", asked]);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });
});

test("status shows settings, outputs and verdict of a run, and which runs there are", async () => {
  const { stdout } = await reprise(folder, ["status", "last"], { COLUMNS: "80" });
  expect(stdout).toMatch(/^plot +done +accuracy 93\.5 +figure$/m);
  expect(stdout).toContain("--set steps.plot.with.env.A=b");
  expect(stdout).toContain("REPRODUCED  It is good");
  expect(stdout).toMatch(/^recipe r\.yaml \([0-9a-f]{12}\)$/m);
  const list = await reprise(folder, ["status"], { COLUMNS: "160" });
  expect(list.stdout).toMatch(
    /^plotted-\S+ +done +REPRODUCED +\S+ \S+ +r\.yaml +steps\.plot\.with\.env\.A=b$/m,
  );
  const json = JSON.parse((await reprise(folder, ["status", "last", "--json"])).stdout) as object;
  expect(json).toMatchObject({
    settings: ["steps.plot.with.env.A=b"],
    claims: [{ verdict: "REPRODUCED" }],
    steps: [{ outputs: [{ output: "figure" }] }],
  });
});

test("cache rm takes the name of a step, as cache ls shows it", async () => {
  expect((await reprise(folder, ["cache", "ls"])).stdout).toMatch(/^plot /m);
  const needed = await reprise(folder, ["cache", "rm", "plot"]);
  expect(needed.stderr).toMatch(/is needed by the record of plotted-/);
  const removed = await reprise(folder, ["cache", "rm", "plot", "--force"]);
  expect(removed.stdout).toMatch(/^removed result [0-9a-f]{64}$/);
  expect((await reprise(folder, ["cache", "rm", "plot"])).stderr).toContain(
    "There is no result or run 'plot'",
  );
});
