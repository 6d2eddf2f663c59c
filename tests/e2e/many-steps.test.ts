import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { reprise, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const folder = temporaryFolder();
stopServerAfterwards(folder);

test(
  "ten thousand steps, 500 chains of 20, run over the ends of several histories",
  { timeout: 15 * 60_000 },
  async () => {
    const steps = Array.from({ length: 10_000 }, (_, index) => {
      const after = index < 500 ? "" : `, needs: [s${index - 500}]`;
      return `  s${index}: { uses: run/noop, with: { value: "${index}" }${after}, resources: { cpu: 0 } }\n`;
    });
    writeFileSync(path.join(folder, "many.yaml"), `recipe: 1\nname: many\nsteps:\n${steps.join("")}`);
    const ended = await reprise(folder, ["run", "many.yaml"]);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    const runs = path.join(folder, ".reprise", "runs");
    const file = path.join(runs, readdirSync(runs)[0]!, "record.json");
    const record = JSON.parse(readFileSync(file, "utf8")) as RunRecord;
    expect(record.steps.length).toBe(10_000);
    expect(record.steps.every(({ status, attempts }) => status === "done" && attempts === 1)).toBe(true);
  },
);
