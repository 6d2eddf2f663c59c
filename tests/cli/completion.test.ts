import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { BINARY, reprise, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const folder = temporaryFolder();
stopServerAfterwards(folder);
const bin = path.join(folder, "bin");
const PATH = `${bin}:${process.env["PATH"]}`;

beforeAll(async () => {
  mkdirSync(bin);
  writeFileSync(path.join(bin, "reprise"), `#!/bin/sh\nexec '${process.execPath}' '${BINARY}' "$@"\n`);
  chmodSync(path.join(bin, "reprise"), 0o755);
  writeFileSync(path.join(folder, "plain.yaml"), "no: recipe\n");
  writeFileSync(
    path.join(folder, "plotted.yaml"),
    `recipe: 1
name: plotted
inputs: { rate: { type: number, default: 1 } }
steps:
  plot: { uses: run/command, with: { argv: [sh, -c, "echo x > $0/x", "{outputs.figure}"], outputs: { figure: path } } }
  arms: { matrix: { seed: [0] }, steps: { high: { uses: run/command, with: { argv: ["true"] } } } }
profiles: { tiny: { inputs.rate.default: 2 } }
`,
  );
  expect(await reprise(folder, ["run", "plotted.yaml"])).toMatchObject({ code: 0 });
}, 120_000);

// What is typed, and what a Tab makes of it.
const LINES: [string, string][] = [
  ["reprise checkp", "reprise checkpoints"],
  ["reprise cache wh", "reprise cache why"],
  ["reprise run plot", "reprise run plotted\\.yaml"],
  ["reprise status pl", "reprise status plotted-[0-9]{8}-[0-9]{6}-[0-9a-f]{6}"],
  ["reprise logs last hi", "reprise logs last high-0"],
  ["reprise outputs last plot.f", "reprise outputs last plot\\.figure"],
  ["reprise cache rm pl", "reprise cache rm plot"],
  ["reprise run plotted.yaml --prof", "--profile"],
  ["reprise run plotted.yaml --profile t", "--profile tiny"],
  ["reprise run plotted.yaml --set inputs.r", "--set inputs\\.rate=$"],
  [
    "reprise run plotted.yaml --set steps.arms.steps.high.with.ar",
    "steps\\.arms\\.steps\\.high\\.with\\.argv=$",
  ],
  ["reprise plan plotted.yaml --why pl", "--why plot"],
];

const BASH_COMPLETION = "/usr/share/bash-completion/bash_completion";
const found = async (shell: string) => (await execa("which", [shell], { reject: false })).exitCode === 0;
const [hasZsh, hasFish] = await Promise.all([found("zsh"), found("fish")]);
const hasBash = existsSync(BASH_COMPLETION);
for (const [name, there] of Object.entries({
  "bash with bash-completion": hasBash,
  zsh: hasZsh,
  fish: hasFish,
}))
  if (!there) console.warn(`SKIPPED: completion is not tested in ${name}, which is not installed.`);

async function typed(shell: string, setup: string, line: string, expected: string): Promise<string> {
  const script = path.join(packageRoot, "tests", "support", "type_in_shell.py");
  const { stdout } = await execa("python3", [script, shell, setup, line, expected], {
    cwd: folder,
    env: { PATH },
  });
  return stdout;
}

describe.skipIf(!hasBash)("bash", { timeout: 60_000 }, () => {
  test.each(LINES)("completes %s", async (line, expected) => {
    const setup = `. ${BASH_COMPLETION}; . <(reprise completion bash)`;
    expect(await typed("bash", setup, line, expected)).toMatch(new RegExp(expected, "m"));
  });
});

describe.skipIf(!hasZsh)("zsh", { timeout: 60_000 }, () => {
  test.each(LINES)("completes %s", async (line, expected) => {
    const setup = "autoload -Uz compinit; compinit -u -D; . <(reprise completion zsh)";
    expect(await typed("zsh", setup, line, expected)).toMatch(new RegExp(expected, "m"));
  });
});

describe.skipIf(!hasFish)("fish", { timeout: 60_000 }, () => {
  test.each(LINES)("completes %s", async (line, expected) => {
    const { stdout } = await execa(
      "fish",
      ["--no-config", "-c", `reprise completion fish | source; complete -C '${line}'`],
      { cwd: folder, env: { PATH, HOME: folder } },
    );
    // It gives the word, not the line.
    const word = expected.split(" ").at(-1)!;
    expect(stdout).toMatch(new RegExp(`^${word.replace(/\$$/, "")}`, "m"));
  });
});

test("another shell, or a recipe that is broken, is no crash", async () => {
  expect(await reprise(folder, ["completion", "tcsh"])).toMatchObject({ code: 2 });
  const ended = await reprise(folder, ["complete", "--", "run", "plain.yaml", "--set", "st"]);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
});
