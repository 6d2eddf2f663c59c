import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { reprise } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const folder = temporaryFolder();
writeFileSync(
  path.join(folder, "r.yaml"),
  `recipe: 1
name: r
steps:
  first: { uses: run/command, with: { argv: ["true"] } }
  last: { uses: run/command, needs: [first], with: { argv: ["true"] } }
`,
);

describe("what other tools call it is told beside the error", () => {
  test.each([
    [["run", "r.yaml", "--force"], "retry last --from <step>"],
    [["run", "r.yaml", "-f"], "retry last --from <step>"],
    [["run", "r.yaml", "--only", "last"], "--set steps.<step>=null"],
    [["run", "r.yaml", "--until=first"], "--set steps.<step>=null"],
    [["run", "r.yaml", "last"], "--set steps.<step>=null"],
    [["run", "r.yaml", "-j", "4"], "'resources'"],
    [["run", "r.yaml", "-j4"], "'resources'"],
    [["run", "r.yaml", "--cores", "4"], "'resources'"],
    [["diff"], "reprise plan <recipe> --why <step>"],
    [["export", "last"], "reprise outputs <run> --to <folder>"],
  ])("%j: %s", async (args, says) => {
    const ended = await reprise(folder, args);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(says);
    expect(ended.stdout).toBe("");
  });

  test("of an option that no tool has nothing is told", async () => {
    const { stderr } = await reprise(folder, ["run", "r.yaml", "--fnord"]);
    expect(stderr).toBe("error: unknown option '--fnord'\n(add --help for usage)");
  });
});

test.each(["--dry-run", "-n"])("run %s is plan", async (option) => {
  const dry = await reprise(folder, ["run", "r.yaml", option]);
  const planned = await reprise(folder, ["plan", "r.yaml"]);
  expect(dry).toEqual(planned);
  expect(dry.stdout).toContain("2 run, 0 resume, 0 reuse");
});

test("what is advised leaves a step out", async () => {
  const { stdout } = await reprise(folder, ["plan", "r.yaml", "--set", "steps.last=null"]);
  expect(stdout).toContain("1 run, 0 resume, 0 reuse");
});
