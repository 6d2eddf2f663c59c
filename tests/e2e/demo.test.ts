import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { KINDS } from "../../activities/index.ts";
import { isMetric } from "../../schemas/kinds.ts";
import { validateRecord } from "../../schemas/validators.ts";
import type { Digests } from "../../schemas/generated/digests.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { reprise, start, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const MINUTES = 60_000;
const RECIPE = path.join(packageRoot, "recipes", "demo.yaml");
const SAME = /^Same bytes as the reference: yes\. All 9 steps gave the reference's bytes\.$/m;
const [undisturbed, killed] = [temporaryFolder(), temporaryFolder()];
stopServerAfterwards(undisturbed);
stopServerAfterwards(killed);

const runTiny = (folder: string, env: Record<string, string> = {}) =>
  reprise(folder, ["run", RECIPE, "--profile", "tiny"], env);
const digests = ({ steps }: RunRecord) =>
  Object.fromEntries(
    steps.map(({ id, outputs }) => [id, Object.values(outputs).map(({ digest }) => digest)]),
  );

function recordIn(folder: string): RunRecord {
  const runs = path.join(folder, ".reprise", "runs");
  const last = readdirSync(runs).sort().at(-1)!;
  return JSON.parse(readFileSync(path.join(runs, last, "record.json"), "utf8")) as RunRecord;
}

/** Waits for a line in the event file of a step of the only run. */
async function untilEvent(folder: string, step: string, pattern: RegExp): Promise<void> {
  for (let waited = 0; waited < 4 * MINUTES; waited += 50) {
    const runs = path.join(folder, ".reprise", "runs");
    const [run] = existsSync(runs) ? readdirSync(runs) : [];
    const file = path.join(runs, run ?? "", step, "events.jsonl");
    if (existsSync(file) && pattern.test(readFileSync(file, "utf8"))) return;
    await sleep(50);
  }
  throw new Error(`${step} never wrote ${pattern}`);
}

test(
  "the whole chain runs, and a second run reuses all of it without server and Python",
  { timeout: 5 * MINUTES },
  async () => {
    // What a user may have set decides nothing.
    const environment = { ATEN_CPU_CAPABILITY: "default", MKL_CBWR: "AUTO", ONEDNN_MAX_CPU_ISA: "SSE41" };
    const first = await runTiny(undisturbed, environment);
    expect(first.stderr).toBe("");
    expect(first.stdout).toMatch(SAME);
    expect(first.code).toBe(0);
    const record = recordIn(undisturbed);
    expect(validateRecord()(record)).toBe(true);
    expect(record.status).toBe("done");
    expect(record.steps.map(({ id, status, attempts }) => [id, status, attempts])).toEqual(
      ["walks", "frames", "base", "sft", "merge", "grpo", "score_base", "score_sft", "score_grpo"].map(
        (id) => [id, "done", 1],
      ),
    );
    expect(record.deviations.map(({ step, parameter, paper }) => [step, parameter, paper])).toContainEqual([
      "sft",
      "learning_rate",
      8e-5,
    ]);
    expect(record.steps.find(({ id }) => id === "score_sft")!.metrics).toMatchObject({
      samples: 12,
      chance: 0.25,
    });

    const undeclared = record.steps.flatMap(({ kind, metrics }) =>
      Object.keys(metrics).filter((name) => !isMetric(KINDS.get(kind).schema["x-metrics"], name)),
    );
    expect(undeclared).toEqual([]);

    await reprise(undisturbed, ["down"]);
    const nothing = { REPRISE_SERVER: "/none" };
    const second = await reprise(undisturbed, ["run", RECIPE, "--profile", "tiny", "--json"], nothing);
    expect(second.code).toBe(0);
    const again = JSON.parse(second.stdout) as RunRecord;
    expect(again.steps.every(({ status }) => status === "reused")).toBe(true);
    expect(digests(again)).toEqual(digests(record));
    expect((await reprise(undisturbed, ["report", "last"])).stdout).toMatch(/report\.html$/);
  },
);

test("it gave the bytes of its reference on this processor", { timeout: 2 * MINUTES }, async () => {
  const reference = path.join(packageRoot, "recipes", "demo.digests.json");
  const compared = await reprise(undisturbed, ["verify", "last", "--digests", reference]);
  expect(compared.stdout).toMatch(SAME);
  expect(compared.code).toBe(0);

  const written = path.join(undisturbed, "ours.json");
  expect((await reprise(undisturbed, ["verify", "last", "--write-digests", written])).code).toBe(0);
  const ours = JSON.parse(readFileSync(written, "utf8")) as Digests;
  const [run] = ours.runs;
  const { runs } = JSON.parse(readFileSync(reference, "utf8")) as Digests;
  expect(run.steps).toEqual(runs.find(({ profile }) => profile === "tiny")!.steps);

  run.steps["sft"]!.outputs["adapter"] = "0".repeat(64);
  writeFileSync(written, JSON.stringify(ours));
  const other = await reprise(undisturbed, ["verify", "last", "--digests", written]);
  expect(other.stdout).toContain(
    "Same bytes as the reference: no. The first step to differ is 'sft': it was asked the same and gave other bytes ('adapter').",
  );
  expect(other.code).toBe(3);
});

test("after it, plan says which steps a change touches, and why", { timeout: 2 * MINUTES }, async () => {
  const plan = async (setting: string) => {
    const ended = await reprise(undisturbed, [
      "plan",
      RECIPE,
      "--profile",
      "tiny",
      "--json",
      "--set",
      setting,
    ]);
    const { steps } = JSON.parse(ended.stdout) as {
      steps: { id: string; action: string; because: { text: string }[] }[];
    };
    return Object.fromEntries(
      steps.map(({ id, action, because }) => [id, [action, ...because.map(({ text }) => text)]]),
    );
  };
  const reused = Object.fromEntries(
    ["walks", "frames", "base", "sft", "merge", "grpo", "score_base", "score_sft", "score_grpo"].map((id) => [
      id,
      ["reuse"],
    ]),
  );
  expect(await plan("steps.grpo.with.logging_steps=1")).toEqual(reused);
  const { ours: rate } = recordIn(undisturbed).deviations.find(
    ({ step, parameter }) => step === "grpo" && parameter === "learning_rate",
  )!;
  expect(await plan("steps.grpo.with.learning_rate=1e-4")).toEqual({
    ...reused,
    grpo: ["run", `learning_rate ${String(rate)} -> 1e-4 (Table 5)`],
    score_grpo: ["run", "upstream grpo will run"],
  });

  const record = recordIn(undisturbed);
  const adapter = record.steps.find(({ id }) => id === "sft")!.outputs["adapter"]!;
  rmSync(path.join(undisturbed, ".reprise", adapter.uri, "adapter_model.safetensors"));
  const again = await runTiny(undisturbed);
  expect(again.stdout).toContain(
    "sft is made again: the stored adapter is damaged: 'adapter_model.safetensors' is missing.",
  );
  const remade = recordIn(undisturbed);
  expect(remade.steps.filter(({ status }) => status !== "reused").map(({ id }) => id)).toEqual(["sft"]);
  expect(digests(remade)).toEqual(digests(record));
});

/** The first checkpoint of GRPO after it was resumed so many times. */
const checkpointAfter = (resumes: number) =>
  untilEvent(killed, "grpo", new RegExp(`("event": ?"resumed"[^]*){${resumes}}"event": ?"checkpoint"`));

test(
  "killed in the middle of GRPO with its server, without it, and after 'down', it goes on and ends with the same digests",
  { timeout: 10 * MINUTES },
  async () => {
    const killTree = async (resumes: number) => {
      const running = start(killed, ["run", RECIPE, "--profile", "tiny"]);
      await checkpointAfter(resumes);
      process.kill(-running.pid!, "SIGKILL");
      await running;
    };
    await killTree(0);
    await killTree(1);
    const server = JSON.parse(
      readFileSync(path.join(killed, ".reprise", "server", "server.json"), "utf8"),
    ) as { process: { pid: number } };
    process.kill(server.process.pid, "SIGKILL");
    await killTree(2);
    expect((await reprise(killed, ["down"])).code).toBe(0);

    const finished = await runTiny(killed);
    expect(finished.stdout).toContain("Taking over from a worker that is gone: grpo.");
    expect(finished.code).toBe(0);
    const record = recordIn(killed);
    const grpo = record.steps.find(({ id }) => id === "grpo")!;
    expect(grpo.attempts).toBe(4);
    expect(grpo.resumed_from).toHaveLength(3);
    expect(grpo.resumed_from[0]).toBeGreaterThanOrEqual(2);
    expect(finished.stdout).toContain(`resuming grpo from step ${grpo.resumed_from[2]}`);
    expect(record.steps.filter(({ id }) => id !== "grpo").map(({ attempts }) => attempts)).toEqual(
      Array(8).fill(1),
    );
    expect(digests(record)).toEqual(digests(recordIn(undisturbed)));
  },
);
