import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import type { Log } from "sarif";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { CODES } from "../../schemas/diagnostic.ts";
import { reprise } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";
import { SMALL } from "../support/recipes.ts";

const folder = temporaryFolder();
const write = (name: string, text: string | Buffer) => writeFileSync(path.join(folder, name), text);
mkdirSync(path.join(folder, "more"));
write("good.yaml", SMALL);
write("more/other.yaml", SMALL);
write("wrong.yaml", SMALL.replace("size:", "sise:"));
write("warned.yaml", SMALL.replace("name: small", "name: small\ninputs: { a: { type: int, default: 1 } }"));

const five = `recipe: 1
name: five
steps:
  walks:
    uses: data/synthesize
    with: { clips: { eval: 2 } }
    needs: [frames]
  frames:
    uses: frames/extract
    with: { dataset: "\${{ steps.walks.outputs.dataset }}", size: 56x56, frames: "8" }
  sft:
    uses: train/sft
    with:
      model: org/base
      dataset: \${{ steps.frames.outputs.dataset }}
      split: sft
      split: sft
      lerning_rate: 1e-3
  merge:
    uses: model/merge
    with: { model: org/base, adapter: "\${{ steps.sft.outputs.modle }}" }
`;

test("five mistakes give five errors with right places, each with a suggestion or a related place", async () => {
  write("five.yaml", five);
  const ended = await reprise(folder, ["validate", "five.yaml", "--json"]);
  const { diagnostics } = JSON.parse(ended.stdout) as {
    diagnostics: {
      code: string;
      line: number;
      column: number;
      suggestion?: string;
      related?: { line: number }[];
    }[];
  };
  expect(
    diagnostics.map(({ code, line, column, suggestion, related }) => [
      code,
      line,
      column,
      suggestion ?? related!.map((other) => other.line),
    ]),
  ).toEqual([
    ["R0205", 4, 3, [7, 10]],
    ["R0103", 10, 81, "8"],
    ["R0005", 17, 7, [16]],
    ["R0101", 18, 7, "learning_rate"],
    ["R0202", 21, 62, "adapter"],
  ]);
  expect(ended.code).toBe(2);
  const text = await reprise(folder, ["validate", "five.yaml"]);
  expect(text.stdout).toMatch(/\n5 errors$/);
});

describe("formats", () => {
  test("github: one annotation per finding, escaped", async () => {
    const ended = await reprise(folder, ["validate", "wrong.yaml", "warned.yaml", "--format", "github"]);
    expect(ended.stdout.split("\n")).toEqual([
      "::error file=wrong.yaml,line=11,endLine=11,col=7,endColumn=11,title=Reprise R0101::'sise' is not a key of 'steps.frames.with'. Did you mean 'size'?",
      "::warning file=warned.yaml,line=3,endLine=3,col=11,endColumn=12,title=Reprise R0511::No step uses the input 'a'.",
    ]);
    expect(ended.code).toBe(2);
  });

  test("sarif: rules, results and places", async () => {
    const ended = await reprise(folder, ["validate", "wrong.yaml", "five.yaml", "--format", "sarif"]);
    const [run] = (JSON.parse(ended.stdout) as Log).runs;
    expect(run!.tool.driver.rules).toHaveLength(Object.keys(CODES).length);
    expect(run!.tool.driver.rules!.find(({ id }) => id === "R0511")!.defaultConfiguration!.level).toBe(
      "warning",
    );
    const [result, cycle] = run!.results!;
    expect(result).toMatchObject({
      ruleId: "R0101",
      level: "error",
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "wrong.yaml" },
            region: { startLine: 11, startColumn: 7, endColumn: 11 },
          },
        },
      ],
    });
    expect(run!.tool.driver.rules![result!.ruleIndex!]!.id).toBe("R0101");
    expect(cycle!.relatedLocations).toHaveLength(2);
  });

  test("json: valid with warnings, and no stack trace anywhere", async () => {
    const ended = await reprise(folder, ["validate", "warned.yaml", "--format", "json"]);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      valid: true,
      diagnostics: [{ code: "R0511", severity: "warning", endLine: 3 }],
    });
    expect(ended.code).toBe(0);
  });

  test("an unknown format is refused", async () => {
    expect((await reprise(folder, ["validate", "good.yaml", "--format", "xml"])).code).toBe(2);
  });
});

describe("files", () => {
  test("patterns are spread out here too, where no shell does", async () => {
    const ended = await reprise(folder, ["validate", "**/{good,other}.yaml"]);
    expect(ended.stdout).toBe("good.yaml: valid, 2 steps\nmore/other.yaml: valid, 2 steps");
  });

  test("a pattern that fits nothing is an error", async () => {
    expect(await reprise(folder, ["validate", "none/*.yaml"])).toMatchObject({
      code: 2,
      stderr: "No file fits 'none/*.yaml'.",
    });
  });

  test("- is standard input", async () => {
    const binary = path.join(packageRoot, "dist", "cli", "main.js");
    const ended = await execa(process.execPath, [binary, "validate", "-"], {
      cwd: folder,
      input: SMALL.replace("56x56", "none"),
      reject: false,
    });
    expect(ended.stdout).toMatch(/^stdin:11:13: 'steps\.frames\.with\.size'/);
    expect(ended.exitCode).toBe(2);
  });

  test("bytes that are no text", async () => {
    write("latin.yaml", Buffer.from([0x6e, 0xe4, 0xff, 0xfe, 0x0a]));
    const ended = await reprise(folder, ["validate", "latin.yaml"]);
    expect(ended.stdout).toMatch(/^latin\.yaml:1:2: .* byte 0xE4 at column 2.* \[R0001\]/);
    expect(ended.stderr).toBe("");
  });
});

test("--deny warnings makes validate, plan and run refuse a warning", async () => {
  for (const verb of ["validate", "plan", "run"]) {
    const ended = await reprise(folder, [verb, "warned.yaml", "--deny", "warnings"]);
    expect(ended.stdout + ended.stderr).toContain("[R0511]");
    expect(ended.code).toBe(2);
  }
  expect((await reprise(folder, ["validate", "warned.yaml"])).code).toBe(0);
});

test.each([
  ["validate", "good.yaml"],
  ["plan", "good.yaml"],
  ["conform", path.join(packageRoot, "recipes", "st-r1.yaml")],
  ["cache", "ls"],
  ["schema"],
])("%s %s loads nothing of Temporal and starts no Python", async (...command) => {
  const hook = pathToFileURL(path.join(packageRoot, "tests", "support", "no-temporal.mjs")).href;
  const ended = await reprise(folder, command, {
    NODE_OPTIONS: `--import=${hook}`,
    REPRISE_PYTHON: "/none",
    PATH: "/none",
  });
  expect(ended.stderr).not.toContain("Temporal");
  expect(ended.stderr).not.toContain("loaded");
  expect(ended.code).toBe(0);
});
