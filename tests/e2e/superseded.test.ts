import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { expect, test } from "vitest";
import { openStore } from "../../store/store.ts";
import { reprise, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";
import { Lab, policy } from "../support/gitops.ts";

const MINUTES = 60_000;
// 25 clips with 6 rows each, 3 rows a step, 10 epochs.
const STEPS = 500;
const AT = 340;

/** A real training with QLoRA, on a model that is made in a moment. What it claims is no part of its steps. */
const training = (least: number): string => `recipe: 1
name: training
steps:
  walks: { uses: data/synthesize, with: { clips: { pretrain: 4, sft: 25, grpo: 1, eval: 1 }, pretrain_rows_per_clip: 2, size: 56 } }
  frames: { uses: frames/extract, with: { dataset: "\${{ steps.walks.outputs.dataset }}", size: 56x56 } }
  base:
    uses: model/tiny
    with: { dataset: "\${{ steps.frames.outputs.dataset }}", split: pretrain, learning_rate: 1e-3 }
    resources: { cpu: 1 }
  sft:
    uses: train/sft
    with:
      model: \${{ steps.base.outputs.model }}
      dataset: \${{ steps.frames.outputs.dataset }}
      split: sft
      target: letter
      learning_rate: 1e-3
      gradient_accumulation_steps: 1
      batch_size_per_device: 3
      epochs: 10
    resources: { cpu: 1 }
    checkpoint: { every: 100 steps }
claims:
  - { id: trained, metric: sft.steps, at_least: ${least} }
`;

/** How many steps the training has done, by what it says. */
function stepsOf(file: string): number {
  if (!existsSync(file)) return 0;
  const said = readFileSync(file, "utf8").matchAll(/"event": ?"progress".*?"done": ?(\d+)/g);
  return Math.max(0, ...[...said].map(([, done]) => Number(done)));
}

/** The process that trains in a lab. */
async function trainerOf({ folder }: Lab): Promise<number> {
  const { stdout } = await execa("ps", ["-eo", "pid=,args="]);
  const pids = stdout
    .split("\n")
    .filter((line) => line.includes("reprise_trainer") && line.includes(`${folder}/`))
    .map((line) => Number.parseInt(line));
  expect(pids).toHaveLength(1);
  return pids[0]!;
}

/** Waits until a process that stands still was asked to end. */
async function askedToEnd(pid: number): Promise<void> {
  const SIGTERM = 1n << 14n;
  for (let waited = 0; waited < 600; waited++) {
    const { stdout } = await execa("ps", ["-o", "pending=", "-p", String(pid)]);
    if ((BigInt(`0x${stdout.trim()}`) & SIGTERM) !== 0n) return;
    await sleep(100);
  }
  throw new Error("it was not asked to end");
}

test(
  `a training superseded at step ${AT} of ${STEPS} ends under the next commit with the bytes of an undisturbed one (11, complaint 8)`,
  { timeout: 20 * MINUTES },
  async () => {
    const alone = temporaryFolder();
    stopServerAfterwards(alone);
    writeFileSync(path.join(alone, "a.yaml"), training(1));
    const undisturbed = await reprise(alone, ["run", "a.yaml", "--json"]);
    expect(undisturbed.code, undisturbed.stdout).toBe(0);
    const adapterOf = ({ steps }: { steps: { id: string; outputs: Record<string, { digest: string }> }[] }) =>
      steps.find(({ id }) => id === "sft")!.outputs["adapter"]!.digest;
    const wanted = adapterOf(JSON.parse(undisturbed.stdout) as Parameters<typeof adapterOf>[0]);

    const lab = await Lab.make();
    void lab.serve();
    const first = await lab.repository.commit({
      ".reprise/gitops.yaml": policy({ supersede: { push: "cancel-running" } }),
      "recipes/a.yaml": training(1),
    });
    await lab.until(first, "running", 2 * MINUTES);
    const [run] = lab.runs;
    const events = path.join(lab.root, "runs", run!, "sft", "events.jsonl");
    for (let waited = 0; stepsOf(events) < AT; waited++) {
      if (waited > 6_000) throw new Error("it did not train");
      await sleep(100);
    }
    // A fast machine would have trained to the end before the push is seen.
    const trainer = await trainerOf(lab);
    process.kill(trainer, "SIGSTOP");
    const second = await lab.repository.commit({ "recipes/a.yaml": training(2) });
    await askedToEnd(trainer).finally(() => process.kill(trainer, "SIGCONT"));
    const shown = await lab.until(first, "superseded", 2 * MINUTES);
    const kept = Number(new RegExp(`(\\d+) of ${STEPS} steps? kept`).exec(shown.description)?.[1]);
    expect(kept).toBeGreaterThanOrEqual(AT);
    expect(kept).toBeLessThan(STEPS);

    const judged = await lab.until(second, "reproduced", 8 * MINUTES);
    const record = (await openStore(lab.root).runs.loadRecord(judged.recipes[0]!.run!))!;
    expect(record.steps.find(({ id }) => id === "sft")!.resumed_from).toEqual([kept]);
    expect(adapterOf(record as never)).toBe(wanted);
    console.log(`superseded at step ${kept} of ${STEPS}; the adapter is ${wanted} in both`);
  },
);
