import { writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const cli = path.join(packageRoot, "dist", "cli", "main.js");
const folder = temporaryFolder();

/** A pipeline of a shell, with the exit codes of its parts. */
const pipeline = (line: string) =>
  execa(
    "bash",
    ["-c", `R() { "${process.execPath}" "${cli}" "$@"; }; ${line}; echo "codes \${PIPESTATUS[*]}" >&2`],
    {
      cwd: folder,
      reject: false,
    },
  );

beforeAll(() => {
  stopServerAfterwards(folder);
  const step = (name: string, script: string, after: string[] = []) =>
    `  ${name}: { uses: run/command, needs: [${after.join(", ")}], with: { argv: [sh, -c, "${script}"] } }\n`;
  writeFileSync(
    path.join(folder, "fails.yaml"),
    `recipe: 1\nname: fails\nsteps:\n${step("a", "seq 200000")}${step("b", "sleep 3", ["a"])}${step("c", "exit 1", ["b"])}`,
  );
  const wrong = Array.from({ length: 400 }, (_, index) => `  s${index}: { uses: no/such }\n`).join("");
  writeFileSync(path.join(folder, "wrong.yaml"), `recipe: 1\nname: wrong\nsteps:\n${wrong}`);
});

describe("a reader that goes away", () => {
  test("ends no run, and takes nothing from its exit code", async () => {
    const { stdout, stderr } = await pipeline("R run fails.yaml | head -1");
    expect(stdout.split("\n")).toHaveLength(1);
    expect(stderr).toContain("codes 1 0");
    const { stdout: shown } = await pipeline("R status last --json");
    const { steps } = JSON.parse(shown) as { steps: { id: string; status: string }[] };
    expect(steps.map(({ id, status }) => [id, status])).toEqual([
      ["a", "done"],
      ["b", "done"],
      ["c", "failed"],
    ]);
  }, 120_000);

  test("of standard error leaves the JSON document whole", async () => {
    const { stderr } = await pipeline("R run fails.yaml --new --json 2>&1 >out.json | head -1; cat out.json");
    expect(stderr).toContain("codes");
    const { stdout } = await pipeline("node -p 'JSON.parse(fs.readFileSync(`out.json`)).status'");
    expect(stdout).toBe("failed");
  }, 120_000);

  test("makes a wrong recipe no right one", async () => {
    expect((await pipeline("R validate wrong.yaml | head -1")).stderr).toContain("codes 2 0");
  });

  test("is the end of what only shows", async () => {
    const { stdout, stderr } = await pipeline("R logs last a | head -2");
    expect(stdout).toBe("1\n2");
    expect(stderr).toContain("codes 0 0");
  });
});

test("standard output that takes nothing is told", async () => {
  const { stderr } = await pipeline("R schema recipe > /dev/full | true");
  expect(stderr).toContain("Standard output could not be written: ENOSPC");
  expect(stderr).toContain("codes 5 0");
});
