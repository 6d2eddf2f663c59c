import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { findToolchain } from "../../host/toolchain.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { reprise, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const folder = temporaryFolder();
stopServerAfterwards(folder);
const store = path.join(folder, ".reprise");

const RECIPE = `recipe: 1
name: planned
steps:
  walks: { uses: data/synthesize, with: { size: 64, clips: { eval: 3 } } }
  frames: { uses: frames/extract, with: { dataset: "\${{ steps.walks.outputs.dataset }}", size: 28x28 } }
`;

interface Planned {
  steps: {
    id: string;
    action: string;
    because: { text: string; field: string; from: unknown; to: unknown }[];
    fingerprint: string | null;
  }[];
}

const plan = async (...more: string[]): Promise<Record<string, [string, string[]]>> => {
  const { stdout } = await reprise(folder, ["plan", "planned.yaml", "--json", ...more]);
  const { steps } = JSON.parse(stdout) as Planned;
  return Object.fromEntries(
    steps.map(({ id, action, because }) => [id, [action, because.map(({ text }) => text)]]),
  );
};

async function run(...more: string[]): Promise<Record<string, string>> {
  const { stdout } = await reprise(folder, ["run", "planned.yaml", "--json", ...more]);
  return Object.fromEntries((JSON.parse(stdout) as RunRecord).steps.map(({ id, status }) => [id, status]));
}

/** The folder of the artifact that a step of the last run gave. */
function artifactOf(step: string): string {
  const last = readdirSync(path.join(store, "runs")).sort().at(-1)!;
  const record = JSON.parse(readFileSync(path.join(store, "runs", last, "record.json"), "utf8")) as RunRecord;
  return path.join(store, record.steps.find(({ id }) => id === step)!.outputs["dataset"]!.uri);
}

beforeAll(() => writeFileSync(path.join(folder, "planned.yaml"), RECIPE));

describe("before the first run", () => {
  test("every step runs, because it never ran; nothing is written", async () => {
    expect(await plan()).toEqual({ walks: ["run", ["never run"]], frames: ["run", ["never run"]] });
    expect(readdirSync(folder)).toEqual(["planned.yaml"]);
  });
});

describe("after a run", () => {
  beforeAll(async () => {
    expect(await run()).toEqual({ walks: "done", frames: "done" });
  }, 60_000);

  test("everything is reused, and --exit-code says that there is nothing to do", async () => {
    const ended = await reprise(folder, ["plan", "planned.yaml", "--exit-code"]);
    expect(ended.stdout).toMatch(/walks .* REUSE/);
    expect(ended.stdout).toContain("0 run, 0 resume, 2 reuse. Nothing to do.");
    expect(ended.code).toBe(0);
  });

  test("a changed parameter is named with the table of the paper that gives it", async () => {
    const tables = `paper_tables: 2\nsource: a\ntables: [{ table: Table 1, steps: walks, rows: [{ row: crf, printed: 20, parameter: crf }] }]\n`;
    writeFileSync(path.join(folder, "tables.yaml"), tables);
    writeFileSync(path.join(folder, "titled.yaml"), `${RECIPE}paper: { tables: tables.yaml }\n`);
    const setting = ["--set", "steps.walks.with.crf=30", "--set", "steps.frames.with.size=56x56"];
    const { stdout } = await reprise(folder, ["plan", "titled.yaml", "--json", ...setting]);
    const because = (JSON.parse(stdout) as Planned).steps.flatMap((step) =>
      step.because.map(({ text }) => text),
    );
    expect(because).toContain("crf 20 -> 30 (Table 1)");
    expect(because).toContain("size 28x28 -> 56x56");
  });

  test("a changed parameter is named, with what hangs on the step, time and disk of last time", async () => {
    expect(await plan("--set", "steps.walks.with.crf=30")).toEqual({
      walks: ["run", ["crf 20 -> 30"]],
      frames: ["run", ["upstream walks will run"]],
    });
    const ended = await reprise(folder, [
      "plan",
      "planned.yaml",
      "--set",
      "steps.walks.with.crf=30",
      "--exit-code",
    ]);
    expect(ended.stdout).toMatch(
      /2 run, 0 resume, 0 reuse\. Expected from earlier runs: time [0-9.]+m?s .*, disk [0-9.]+ kB, GPU 0\.0 h\./,
    );
    expect(ended.code).toBe(6);
  });

  test("of a changed mapping only the entries that differ are named", async () => {
    const changed = await plan("--set", "steps.walks.with.clips={eval: 3, sft: 2}");
    expect(changed["walks"]).toEqual(["run", ["clips.sft 0 -> 2"]]);
  });

  test("a new name, more attempts and another timeout change nothing", async () => {
    const same = await plan("--set", "steps.walks.timeout=1h", "--set", "steps.walks.retry={attempts: 3}");
    expect(Object.values(same).map(([action]) => action)).toEqual(["reuse", "reuse"]);
    writeFileSync(
      path.join(folder, "renamed.yaml"),
      RECIPE.replaceAll("walks", "strolls").replace("name: planned", "name: other"),
    );
    expect((await reprise(folder, ["plan", "renamed.yaml"])).stdout).toContain("Nothing to do");
  });

  test("a reason outlives a run that reused everything", async () => {
    expect(await run()).toEqual({ walks: "reused", frames: "reused" });
    expect((await plan("--set", "steps.frames.with.frames=4"))["frames"]).toEqual(["run", ["frames 8 -> 4"]]);
  });

  test("--why explains one step, --graph draws all, --origins says where values come from", async () => {
    const why = await reprise(folder, ["plan", "planned.yaml", "--why", "frames"]);
    expect(why.stdout).toContain(
      "frames (frames/extract): REUSE\n  because the store has its result\n  after walks: reuse",
    );
    expect(why.stdout).toContain("with.size: 28x28");
    const graph = await reprise(folder, ["plan", "planned.yaml", "--graph"]);
    expect(graph.stdout).toContain('flowchart TD\n  s0["walks<br/>data/synthesize"]:::reuse');
    expect(graph.stdout).toContain("  s0 --> s1");
    const origins = await reprise(folder, [
      "plan",
      "planned.yaml",
      "--origins",
      "--set",
      "steps.walks.with.size=32",
    ]);
    expect(origins.stdout).toContain("walks.size = 32  --set:1:1, was 64 (planned.yaml:4:49)");
    expect(origins.stdout).toContain("walks.crf = 20  default");
    expect((await reprise(folder, ["plan", "planned.yaml", "--why", "none"])).code).toBe(2);
  });

  test("--origins follows expressions to inputs and matrices, and shows what stands beside 'with'", async () => {
    writeFileSync(
      path.join(folder, "origins.yaml"),
      `recipe: 1
name: origins
inputs: { quality: { type: int, default: 20 } }
steps:
  arms:
    matrix: { seed: [0, 1] }
    steps:
      walks:
        uses: data/synthesize
        with: { size: 64, crf: "\${{ inputs.quality + 1 }}", seed: "\${{ matrix.seed }}", clips: { eval: 3 } }
        resources: { cpu: 1 }
profiles: { few: { steps.arms.steps.walks.with.clips.eval: 2 } }
`,
    );
    const args = ["origins.yaml", "--origins", "--profile", "few", "--set", "inputs.quality=30"];
    const { stdout } = await reprise(folder, ["plan", ...args]);
    const lines = stdout.split("\n");
    const after = (start: string) =>
      lines.slice(lines.findIndex((line) => line.startsWith(start))).slice(0, 2);
    expect(after("walks-1.crf")).toEqual([
      "walks-1.crf = 31  origins.yaml:10:32",
      "  through inputs.quality = 30  --set:1:1, was 20 (origins.yaml:3:42)",
    ]);
    expect(after("walks-1.seed")[1]).toBe("  through matrix.seed = 1  origins.yaml:6:21");
    expect(after("walks-1.clips.eval")[0]).toBe(
      "walks-1.clips.eval = 2  profile few, origins.yaml:12:60, was 3 (origins.yaml:10:104)",
    );
    expect(after("walks-1.resources.cpu")[0]).toBe("walks-1.resources.cpu = 1  origins.yaml:11:27");
    expect(after("walks-1.retry.attempts")[0]).toBe("walks-1.retry.attempts = 1  default");
    const json = await reprise(folder, ["plan", ...args, "--json"]);
    const { origins } = JSON.parse(json.stdout) as { origins: { parameter: string; through: object[] }[] };
    expect(origins.find(({ parameter }) => parameter === "crf")!.through).toMatchObject([
      { name: "inputs.quality", value: 30, from: { label: "--set" }, replaced: [{ value: 20 }] },
    ]);
  });

  test("a file that is only touched counts as whole", async () => {
    utimesSync(path.join(artifactOf("walks"), "questions.jsonl"), new Date(), new Date(0));
    expect((await plan())["walks"]).toEqual(["reuse", []]);
  });

  test("an altered artifact is noticed, said and made again; what hangs on it is not", async () => {
    const file = path.join(artifactOf("walks"), "questions.jsonl");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace("A", "B"));
    const damage = "the stored dataset is damaged: 'questions.jsonl' was altered";
    expect(await plan()).toEqual({
      walks: ["run", [damage]],
      frames: ["reuse", ["if walks yields the same bytes again"]],
    });
    const ended = await reprise(folder, ["run", "planned.yaml"]);
    expect(ended.stdout).toContain(`walks is made again: ${damage}.`);
    expect(ended.stdout).toMatch(/walks .* done .*\n.*frames .* reused/);
    expect(readFileSync(file, "utf8")).toBe(text);
  }, 60_000);

  test("an added file likewise", async () => {
    const file = path.join(artifactOf("frames"), "more.txt");
    writeFileSync(file, "more");
    expect((await plan())["frames"]).toEqual([
      "run",
      ["the stored dataset is damaged: 'more.txt' was added"],
    ]);
    rmSync(file);
    expect((await plan())["frames"]).toEqual(["reuse", []]);
  });

  test("a deleted file likewise", async () => {
    rmSync(path.join(artifactOf("frames"), "frames.jsonl"));
    expect(await plan()).toEqual({
      walks: ["reuse", []],
      frames: ["run", ["the stored dataset is damaged: 'frames.jsonl' is missing"]],
    });
    expect(await run()).toEqual({ walks: "reused", frames: "done" });
  }, 60_000);

  test("another version of a package that cuts frames is named", async () => {
    const last = readdirSync(path.join(store, "runs")).sort().at(-1)!;
    const file = path.join(store, "runs", last, "frames", "fields.json");
    const fields = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
    const { "packages.av": version, ...others } = fields;
    expect(Object.keys(others).filter((name) => name.startsWith("tools."))).toEqual([]);
    writeFileSync(file, JSON.stringify({ ...fields, "packages.av": "1.0" }));
    const { stdout } = await reprise(folder, ["plan", "planned.yaml", "--json"]);
    const print = (JSON.parse(stdout) as Planned).steps[1]!.fingerprint!;
    rmSync(path.join(store, "steps", `${print}.json`));
    expect((await plan())["frames"]).toEqual(["run", [`environment changed: av 1.0 -> ${version!}`]]);
    writeFileSync(file, JSON.stringify(fields));
    expect((await plan())["frames"]).toEqual(["run", ["its result was removed from the store"]]);
    expect(await run()).toEqual({ walks: "reused", frames: "done" });
  }, 60_000);

  test("another ffmpeg makes nothing anew that does not call it", async () => {
    const wrapper = path.join(folder, "ffmpeg");
    writeFileSync(wrapper, `#!/bin/sh\nexec '${findToolchain({}).ffmpeg!}' "$@"\n`, { mode: 0o755 });
    const { stdout } = await reprise(folder, ["run", "planned.yaml", "--json"], { REPRISE_FFMPEG: wrapper });
    const { steps } = JSON.parse(stdout) as RunRecord;
    expect(steps.map(({ status }) => status)).toEqual(["reused", "reused"]);
  }, 90_000);
});

describe("inputs", () => {
  const recipe = `recipe: 1
name: given
inputs: { clips: { type: dataset, path: clips } }
steps:
  frames: { uses: frames/extract, with: { dataset: "\${{ inputs.clips }}", size: 28x28 } }
`;

  test("a changed input is named with its digests", async () => {
    writeFileSync(path.join(folder, "given.yaml"), recipe);
    expect((await reprise(folder, ["plan", "given.yaml"])).stdout).toContain("input clips is missing");
    const source = artifactOf("walks");
    mkdirSync(path.join(folder, "clips", "videos"), { recursive: true });
    for (const name of [
      "questions.jsonl",
      ...readdirSync(path.join(source, "videos")).map((video) => `videos/${video}`),
    ]) {
      writeFileSync(path.join(folder, "clips", name), readFileSync(path.join(source, name)));
    }
    expect((await reprise(folder, ["run", "given.yaml"])).code).toBe(0);
    expect((await reprise(folder, ["plan", "given.yaml"])).stdout).toContain("Nothing to do");
    const questions = path.join(folder, "clips", "questions.jsonl");
    writeFileSync(questions, readFileSync(questions, "utf8").trimEnd());
    expect((await reprise(folder, ["plan", "given.yaml"])).stdout).toMatch(
      /input clips changed: sha256 [0-9a-f]{8}… -> [0-9a-f]{8}…/,
    );
  }, 60_000);
});

test("damaged files of the store are as good as none: nothing stops, what they held is made again", async () => {
  const [print] = readdirSync(path.join(store, "steps"));
  for (const damage of ["{ torn", "[]", "null", ""]) {
    writeFileSync(path.join(store, "steps", print!), damage);
    const ended = await reprise(folder, ["plan", "planned.yaml"]);
    expect(ended.stderr).toBe("");
    expect(ended.code).toBe(0);
  }
  const [old] = readdirSync(path.join(store, "runs"));
  for (const file of ["run.json", "record.json"]) writeFileSync(path.join(store, "runs", old!, file), "{");
  for (const command of [
    ["status"],
    ["cache", "ls"],
    ["plan", "planned.yaml", "--set", "steps.walks.with.crf=1"],
  ]) {
    const ended = await reprise(folder, command);
    expect([command, ended.stderr, ended.code]).toEqual([command, "", 0]);
  }
});

test("two runs that need the same step at once make it once", async () => {
  for (const name of ["one", "two"])
    writeFileSync(
      path.join(folder, `${name}.yaml`),
      RECIPE.replace("planned", name).replace("eval: 3", "eval: 60"),
    );
  const [one, two] = await Promise.all(
    ["one", "two"].map(async (name) => {
      const { stdout } = await reprise(folder, ["run", `${name}.yaml`, "--json"]);
      return (JSON.parse(stdout) as RunRecord).steps.map(({ status }) => status);
    }),
  );
  expect(new Set([one![0], two![0]])).toEqual(new Set(["done", "reused"]));
  expect(new Set([one![1], two![1]])).toEqual(new Set(["done", "reused"]));
}, 120_000);
