import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { reprise, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const folder = temporaryFolder();
stopServerAfterwards(folder);

const REPORT = `import json, os, sys
with open(os.environ["REPRISE_EVENTS"], "a") as events:
    values = {"accuracy": float(sys.argv[1]), "accuracy_low": float(sys.argv[1]) - 0.05, "accuracy_high": float(sys.argv[1]) + 0.05}
    events.write(json.dumps({"event": "metrics", "time": 0, "step": 1, "values": values}) + "\\n")
open(os.path.join(sys.argv[2], "done"), "w").close()
`;

const recipe = (name: string, claims: string[]) => `recipe: 1
name: ${name}
steps:
  score:
    matrix: { seed: [0, 1] }
    uses: run/command
    with:
      argv: [python3, report.py, "\${{ matrix.seed == 0 ? '0.6' : '0.62' }}", "{outputs.out}"]
      inputs: {}
      outputs: { out: path }
claims:
${claims.map((claim) => `  - ${claim}\n`).join("")}
profiles:
  small: { steps.score.with.env: { SMALL: "1" } }
`;

async function run(name: string, claims: string[], ...more: string[]) {
  writeFileSync(path.join(folder, "report.py"), REPORT);
  writeFileSync(path.join(folder, `${name}.yaml`), recipe(name, claims));
  return reprise(folder, ["run", `${name}.yaml`, ...more]);
}

describe("verify", { timeout: 120_000 }, () => {
  test("shows paper, ours, interval, verdict and evidence; everything reproduced is 0", async () => {
    const ended = await run("good", [
      '{ id: enough, says: It is enough, metric: score.accuracy, at_least: 0.55, source: "Table 1" }',
      "{ id: near, that: score.accuracy * 100, value: 62, within: { sd: 2 }, seeds: 2 }",
    ]);
    expect(ended.code).toBe(0);
    const short = await reprise(folder, ["verify", "last"], { COLUMNS: "80" });
    expect(short.stdout).toMatch(/^REPRODUCED +enough +It is enough \(Table 1\) +at least 0\.55 +0\.61$/m);
    expect(short.stdout).not.toContain("artifacts/");
    expect(Math.max(...short.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    const shown = await reprise(folder, ["verify", "last", "--details"], { COLUMNS: "200" });
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/It is enough \(Table 1\).*at least 0\.55.*0\.61.*REPRODUCED/);
    expect(shown.stdout).toContain("mean of 2 seeds (sd 1.414); expected 62 within 2 standard deviations");
    const place = /(artifacts\/[0-9a-f…]+)/.exec(shown.stdout)?.[1];
    expect(place).toBeDefined();
  });

  test("has five verdicts, and 3 where one that counts is not shown", async () => {
    const ended = await run("mixed", [
      "{ id: reproduced, metric: score-0.accuracy, at_least: 0.5 }",
      "{ id: noise, metric: score-0.accuracy, at_least: 0.64 }",
      "{ id: refuted, metric: score-0.accuracy, at_least: 0.9 }",
      "{ id: few, metric: score.accuracy, at_least: 0.5, seeds: 3 }",
      "{ id: absent, metric: score-0.speed, at_least: 1 }",
    ]);
    expect(ended.code).toBe(3);
    const shown = await reprise(folder, ["verify", "last", "--json", "--junit", "verdict.xml"]);
    expect(shown.code).toBe(3);
    const { runs } = JSON.parse(shown.stdout) as { runs: { claims: { id: string; verdict: string }[] }[] };
    expect(Object.fromEntries(runs[0]!.claims.map(({ id, verdict }) => [id, verdict]))).toEqual({
      reproduced: "REPRODUCED",
      noise: "WITHIN NOISE",
      refuted: "NOT REPRODUCED",
      few: "INCONCLUSIVE",
      absent: "NOT CHECKED",
    });
    expect(readFileSync(path.join(folder, "verdict.xml"), "utf8")).toContain(
      'tests="5" failures="2" skipped="2"',
    );
    const both = await reprise(folder, ["verify", "mixed", "good", "--markdown"]);
    expect(both.code).toBe(3);
    expect(both.stdout.match(/^### /gm)).toHaveLength(2);
  });

  test("a paper's number does not count in a smaller profile", async () => {
    const claim = "{ id: paper, metric: score.accuracy, value: 0.99, within: { absolute: 0.001 } }";
    expect((await run("profiled", [claim], "--profile", "small")).code).toBe(0);
    const shown = await reprise(folder, ["verify", "last"]);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain("does not count in this profile");
    expect(shown.stdout).toMatch(/INCONCLUSIVE/);
  });

  test("of a run that is not there says so, and writes nothing", async () => {
    const ended = await reprise(folder, ["verify", "nothing", "--junit", "none.xml"]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain("There is no run 'nothing'");
    expect(existsSync(path.join(folder, "none.xml"))).toBe(false);
  });
});
