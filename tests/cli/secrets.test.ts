import { chmodSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { findToolchain } from "../../host/toolchain.ts";
import { reprise, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const folder = temporaryFolder();
stopServerAfterwards(folder);

test("a program gets the secrets that its step names, and no other of the worker's", async () => {
  // Stands in for Python: prints its environment, as a careless program would. Films and frames are made by the real one.
  const python = path.join(folder, "python");
  const real = `case "$2" in reprise_trainer.films | reprise_trainer.frames) exec "${findToolchain().python}" "$@" ;; esac`;
  writeFileSync(python, `#!/bin/sh\n${real}\nenv\nexit 3\n`);
  chmodSync(python, 0o755);
  writeFileSync(
    path.join(folder, "secret.yaml"),
    `recipe: 1
name: secret
inputs:
  named: { type: secret, env: NAMED_SECRET }
  other: { type: secret, env: OTHER_SECRET }
steps:
  walks: { uses: data/synthesize, with: { size: 64, clips: { eval: 1 } } }
  frames: { uses: frames/extract, with: { dataset: "\${{ steps.walks.outputs.dataset }}", size: 28x28 } }
  score:
    uses: eval/mcq
    with: { model: org/m, dataset: "\${{ steps.frames.outputs.dataset }}", split: eval }
    secrets: { HF_TOKEN: "\${{ inputs.named }}" }
  last:
    uses: eval/mcq
    with: { model: org/n, dataset: "\${{ steps.frames.outputs.dataset }}", split: eval }
    secrets: { HF_TOKEN: "\${{ inputs.other }}" }
`,
  );
  const ended = await reprise(folder, ["run", "secret.yaml"], {
    REPRISE_PYTHON: python,
    NAMED_SECRET: "value-of-named",
    OTHER_SECRET: "value-of-other",
    TEMPORAL_API_KEY: "value-of-key",
  });
  expect(ended.code).toBe(1);
  const runs = path.join(folder, ".reprise", "runs");
  const log = readFileSync(path.join(runs, readdirSync(runs)[0]!, "score", "log.txt"), "utf8");
  expect(log).toContain("HF_TOKEN=[secret]");
  expect(log).not.toMatch(/OTHER_SECRET|NAMED_SECRET|TEMPORAL_API_KEY/);
  for (const name of readdirSync(path.join(folder, ".reprise"), { recursive: true, encoding: "utf8" })) {
    if (!/\.(json|jsonl|txt|html|log)$/.test(name)) continue;
    expect(readFileSync(path.join(folder, ".reprise", name), "utf8")).not.toContain("value-of-");
  }
  expect(`${ended.stdout}${ended.stderr}`).not.toContain("value-of-");
});

test("a program that says a secret is heard to its end, whose events are then without it", async () => {
  writeFileSync(
    path.join(folder, "said.sh"),
    `say() { echo "$1" >> "$REPRISE_EVENTS"; }
say '{"event":"message","time":1,"text":"'"$KEY"'"}'
sleep 4 # Until that was read.
say '{"event":"metrics","time":1,"step":1,"values":{"accuracy":0.95}}'
`,
  );
  writeFileSync(
    path.join(folder, "said.yaml"),
    `recipe: 1
name: said
inputs: { key: { type: secret, env: NAMED_SECRET }, p: { type: path, path: said.sh } }
steps:
  score:
    uses: run/command
    with: { argv: [sh, "{inputs.p}"], inputs: { p: "\${{ inputs.p }}" }, metrics: [accuracy] }
    secrets: { KEY: "\${{ inputs.key }}" }
`,
  );
  const { code, stdout } = await reprise(folder, ["run", "said.yaml", "--json"], {
    NAMED_SECRET: "value-of-a-secret-that-is-longer-than-its-mark",
  });
  const { run, steps } = JSON.parse(stdout) as RunRecord;
  expect(steps[0]).toMatchObject({ failure: null, metrics: { accuracy: 0.95 } });
  expect(code).toBe(0);
  const events = path.join(folder, ".reprise", "runs", run, "score", "events.jsonl");
  expect(readFileSync(events, "utf8")).toContain('"text":"[secret]"');
});
