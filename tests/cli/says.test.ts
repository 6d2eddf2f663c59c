import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { reprise, start, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const folder = temporaryFolder();
stopServerAfterwards(folder);
const store = path.join(folder, ".reprise");
const LIMIT = 120_000;

const say = (values: string) => `{"event":"metrics","time":1,"step":1,"values":${values}}`;
const claim = "claims: [{ id: good, metric: score.accuracy, at_least: 0.9 }]\n";
let count = 0;
beforeEach(() => {
  count += 1;
});

/** A recipe of one program, in the words of a shell; a number in it makes each test's a program of its own. */
function recipe(script: string, more = "", end = claim, inputs = ""): void {
  writeFileSync(path.join(folder, "p.sh"), `# ${count}\n${script}\n`);
  writeFileSync(
    path.join(folder, "r.yaml"),
    `recipe: 1
name: says
inputs: { p: { type: path, path: p.sh }${inputs} }
steps:
  score: { uses: run/command, with: { argv: [sh, "{inputs.p}"], inputs: { p: "\${{ inputs.p }}" }${more} } }
${end}`,
  );
}

async function run(args: string[] = [], env: Record<string, string> = {}) {
  const ended = await reprise(folder, ["run", "r.yaml", "--json", ...args], env);
  expect(ended.stderr).not.toMatch(/^\s+at /m);
  return { ...ended, record: JSON.parse(ended.stdout) as RunRecord };
}
const outputOf = (script: string) => script.replaceAll("OUT", '"$REPRISE_EVENTS"');
const eventsOf = ({ run: id }: RunRecord) =>
  readFileSync(path.join(store, "runs", id, "score", "events.jsonl"), "utf8")
    .trim()
    .split("\n");

describe("a line that is no event", () => {
  test.each<[string, string]>([
    [say('{"accuracy":NaN}'), "'accuracy' is NaN"],
    ["null", "the line is null"],
    ['{"event":"epoch","time":1}', "'event' is \"epoch\""],
  ])(
    "fails the step at once: %s",
    async (line, says) => {
      // A program that would go on for an hour.
      recipe(outputOf(`echo '${say('{"accuracy":0.95}')}' >> OUT; echo '${line}' >> OUT; exec sleep 3600`));
      const { code, record } = await run();
      expect(code).toBe(1);
      expect(record.failure).toMatchObject({ step: "score", code: "data" });
      expect(record.failure!.message).toContain(`score/events.jsonl:3: ${says}`);
      expect(record.steps[0]).toMatchObject({ status: "failed", attempts: 1, metrics: {} });
      expect(record.claims).toMatchObject([{ verdict: "NOT CHECKED" }]);
      expect(readdirSync(path.join(store)).includes("steps")).toBe(false);
    },
    LIMIT,
  );

  test(
    "and was torn by the program's end fails the step, which is not made of what stood before",
    async () => {
      recipe(
        outputOf(`echo '${say('{"accuracy":0.95}')}' >> OUT; printf '{"event":"metrics","time":1,' >> OUT`),
      );
      const { code, record } = await run();
      expect(code).toBe(1);
      expect(record.failure!.message).toContain(
        "score/events.jsonl:3: the last line is not whole, and its program has ended",
      );
    },
    LIMIT,
  );

  test(
    "was left by an attempt that was lost: what was said before it does not count",
    async () => {
      recipe(
        outputOf(
          `if [ -e once ]; then echo '${say('{"loss":0.5}')}' >> OUT; exit 0; fi; touch once; echo '${say('{"accuracy":0.95}')}' >> OUT; printf '{"event":"metr' >> OUT; kill -9 $$`,
        ),
      );
      const { code, record } = await run();
      expect(record.steps[0]).toMatchObject({ status: "done", attempts: 2, metrics: { loss: 0.5 } });
      expect(code).toBe(3);
      expect(record.claims).toMatchObject([{ verdict: "NOT CHECKED" }]);
      expect(eventsOf(record).join("\n")).toContain("metrics said before it do not count");
    },
    LIMIT,
  );
});

test(
  "a last line without a line feed counts, and Reprise's own events stand beside it",
  async () => {
    recipe(
      outputOf(`echo '${say('{"accuracy":0.5}')}' >> OUT; printf '${say('{"accuracy":0.97}')}' >> OUT
mkdir "$REPRISE_CHECKPOINTS/saving"; echo 1 > "$REPRISE_CHECKPOINTS/saving/n"; mv "$REPRISE_CHECKPOINTS/saving" "$REPRISE_CHECKPOINTS/checkpoint-1"; sleep 3`),
    );
    const { code, record } = await run();
    expect(code).toBe(0);
    expect(record.steps[0]!.metrics).toEqual({ accuracy: 0.97 });
    const events = eventsOf(record).map((line) => (JSON.parse(line) as { event: string }).event);
    expect(events).toEqual(["attempt", "metrics", "metrics", "checkpoint"]);
  },
  LIMIT,
);

describe("what was kept before this was checked", () => {
  test(
    "in the store is said, not reused, and made again",
    async () => {
      recipe(outputOf(`echo '${say('{"accuracy":0.95}')}' >> OUT`));
      const { record } = await run();
      const file = path.join(store, "steps", `${record.steps[0]!.fingerprint}.json`);
      writeFileSync(file, readFileSync(file, "utf8").replace('"accuracy": 0.95', '"accuracy": null'));
      const { stdout } = await reprise(folder, ["plan", "r.yaml"]);
      expect(stdout).toContain("the stored result cannot be used: 'metrics.accuracy' is null");
      const again = await run();
      expect(again.stderr).toContain("score is made again: the stored result cannot be used");
      expect(again.record.steps[0]).toMatchObject({ status: "done", metrics: { accuracy: 0.95 } });
      expect(again.code).toBe(0);
    },
    LIMIT,
  );

  test.each<[string, string, object]>([
    ['"accuracy": null', "'metrics.accuracy' is null; it must be number", { f1: 0.5 }],
    ['"accuracy": {', "it left no outcome", {}],
  ])(
    "in a step's folder (%s) leaves the run its record, which says so",
    async (odd, says, metrics) => {
      recipe(
        outputOf(`echo '${say('{"accuracy":0.95,"f1":0.5}')}' >> OUT`),
        "",
        // Another program spoils what the first one's step noted.
        `  spoil: { uses: run/command, needs: [score], with: { argv: [sh, -c, "sed -i 's/\\"accuracy\\": 0.95/${odd.replaceAll('"', '\\"')}/' .reprise/runs/*/score/outcome.json"] } }
claims: [{ id: good, metric: score.accuracy, at_least: 0.9 }, { id: f1, metric: score.f1, at_least: 0.1 }]
`,
      );
      rmSync(path.join(store, "runs"), { recursive: true, force: true });
      const { code, record, stderr } = await run(["--new"]);
      expect(stderr).not.toContain("instancePath");
      expect(code).toBe(3);
      expect(record.status).toBe("done");
      expect(record.steps[0]).toMatchObject({ id: "score", unfit: expect.stringContaining(says), metrics });
      expect(record.claims).toMatchObject(
        ["good", "f1"].map((id) => ({
          id,
          verdict: "NOT CHECKED",
          because: expect.stringContaining(`The result of the step 'score' cannot be read: `),
        })),
      );
      const shown = await reprise(folder, ["report", "last"]);
      expect(shown.code).toBe(0);
      expect(readFileSync(path.join(folder, shown.stdout.trim()), "utf8")).toContain(
        "its result cannot be read",
      );
    },
    LIMIT,
  );

  test(
    "as a record is told by name",
    async () => {
      recipe(outputOf(`echo '${say('{"accuracy":0.95}')}' >> OUT`));
      const { record } = await run();
      const file = path.join(store, "runs", record.run, "record.json");
      writeFileSync(file, readFileSync(file, "utf8").replaceAll('"accuracy": 0.95', '"accuracy": "high"'));
      const { code, stderr } = await reprise(folder, ["verify", record.run]);
      expect(code).toBe(1);
      expect(stderr).toContain("'steps.0.metrics.accuracy' is \"high\"; it must be number");
      expect(stderr).toContain(`reprise resume ${record.run}`);
      expect((await reprise(folder, ["resume", record.run])).code).toBe(0);
      expect((await reprise(folder, ["verify", record.run])).code).toBe(0);
    },
    LIMIT,
  );
});

describe("metrics that a recipe declares", () => {
  test(
    "are all said",
    async () => {
      recipe(outputOf(`echo '${say('{"accuracy":0.95}')}' >> OUT`), ", metrics: [accuracy, f1, loss]");
      const { code, record } = await run();
      expect(code).toBe(1);
      expect(record.failure).toMatchObject({
        code: "data",
        message:
          "The program ended well, but said no metric 'f1', 'loss', which the recipe declares. It said: accuracy.",
      });
    },
    LIMIT,
  );

  test(
    "and no others",
    async () => {
      recipe(outputOf(`echo '${say('{"acuracy":0.95}')}' >> OUT; exec sleep 3600`), ", metrics: [accuracy]");
      const { code, record } = await run();
      expect(code).toBe(1);
      expect(record.failure!.message).toContain(
        "score/events.jsonl:2: the recipe declares no metric 'acuracy'. Did you mean 'accuracy'?",
      );
    },
    LIMIT,
  );
});

test(
  "an event file that a program writes anew is told, not taken for one without metrics",
  async () => {
    recipe(outputOf(`echo '${say('{"accuracy":0.95}')}' > OUT`));
    const { code, record } = await run();
    expect(code).toBe(1);
    expect(record.failure!.message).toContain(
      "a program must append to it (mode 'a', or >>), never write it anew",
    );
  },
  LIMIT,
);

test.each(['mkdir "$REPRISE_EVENTS"', 'mkfifo "$REPRISE_EVENTS"'])(
  "a run keeps its record when a program puts something else in the event file's place: %s",
  async (make) => {
    recipe(outputOf(`rm OUT; ${make}`));
    const { code, record } = await run();
    expect(code).toBe(1);
    expect(record.failure).toMatchObject({ step: "score", code: "data" });
    expect(record.failure!.message).toContain("score/events.jsonl: it is no file any more");
  },
  LIMIT,
);

test.each<[string, string, object]>([
  ["0.9", "done", { accuracy: 0.9 }],
  ["NaN", "failed", {}],
])(
  "what a program says after a secret is read as it was said: %s",
  async (value, status, metrics) => {
    const message = `{"event":"message","time":1,"text":"my token is %s"}\\n`;
    // Reprise reads on every 2 s; what it has read by then becomes shorter when the secret is hidden.
    recipe(
      outputOf(`printf '${message}' "$TOKEN" >> OUT; sleep 4; echo '${say(`{"accuracy":${value}}`)}' >> OUT`),
      ' }, secrets: { TOKEN: "${{ inputs.token }}"',
      claim,
      ", token: { type: secret, env: MY_TOKEN }",
    );
    const { record } = await run([], { MY_TOKEN: "a-token-that-is-longer-than-what-is-shown-for-it" });
    expect(record.steps[0]).toMatchObject({ status, metrics });
    expect(eventsOf(record)[1]).toContain("my token is [secret]");
  },
  LIMIT,
);

test.each([
  ['{"accuracy": "high"}', "says 'accuracy' is \"high\""],
  ['{"accuracy": 0.5, "accuracy": 0.9}', "has the key 'accuracy' twice"],
])(
  "an output of type metrics is names, each once, and finite numbers: %s",
  async (text, says) => {
    recipe(`echo '${text}' > "$REPRISE_OUTPUT_M"`, ", outputs: { m: metrics }", "");
    const { code, record } = await run();
    expect(code).toBe(1);
    expect(record.failure!.message).toContain(`The output 'm' of type metrics ${says}`);
  },
  LIMIT,
);

test(
  "programs are compared by their predictions",
  async () => {
    const lines = (right: number) =>
      Array.from(
        { length: 40 },
        (_, index) => `{"id":"q${index}","status":"${index < right ? "correct" : "wrong"}"}`,
      );
    const arm = (name: string, right: number) => {
      writeFileSync(path.join(folder, name), `${lines(right).join("\n")}\n`);
      return `  ${name}: { uses: run/command, with: { argv: [cp, "{inputs.from}", "{outputs.said}"], inputs: { from: "\${{ inputs.${name} }}" }, outputs: { said: predictions } } }\n`;
    };
    writeFileSync(
      path.join(folder, "r.yaml"),
      `recipe: 1
name: compared
inputs: { ours: { type: path, path: ours }, base: { type: path, path: base } }
steps:
${arm("ours", 36)}${arm("base", 20)}claims: [{ id: better, better: ours, than: base, samples: 40 }, { id: more, better: ours, than: base, samples: 41 }]
`,
    );
    const { code, record } = await run();
    expect(code).toBe(3);
    expect(record.claims).toMatchObject([
      {
        verdict: "REPRODUCED",
        value: 0.4,
        evidence: [expect.stringContaining("artifacts/"), expect.any(String)],
      },
      { verdict: "INCONCLUSIVE", because: expect.stringContaining("has 40 samples, the claim needs 41") },
    ]);
  },
  LIMIT,
);

test(
  "an nvidia-smi that does not answer is told in the record, which is written once; else it is asked only for a GPU",
  async () => {
    const tools = path.join(folder, "tools");
    mkdirSync(tools);
    const calls = path.join(folder, "calls.txt");
    writeFileSync(path.join(tools, "nvidia-smi"), `#!/bin/sh\necho "$1" >> '${calls}'\nsleep 300 & wait\n`);
    chmodSync(path.join(tools, "nvidia-smi"), 0o755);
    recipe(outputOf(`echo '${say('{"accuracy":0.95}')}' >> OUT`));
    const { code, record, stderr } = await run(["--new"], { PATH: `${tools}:${process.env["PATH"]}` });
    expect(code).toBe(0);
    expect(stderr).not.toContain("nvidia-smi");
    expect(readFileSync(calls, "utf8")).not.toContain("--list-gpus");
    expect(record.environment).toMatchObject({
      gpus: [],
      unanswered: ["nvidia-smi gave no answer within 20 s"],
    });
    // Longer than the 10 s after which an attempt that nobody makes is given up.
    expect(
      readFileSync(calls, "utf8")
        .split("\n")
        .filter((call) => call.startsWith("--query-gpu")),
    ).toHaveLength(1);
    recipe("exit 0", " }, resources: { gpu: 1", "");
    const starting = start(folder, ["run", "r.yaml", "--new"], { PATH: `${tools}:${process.env["PATH"]}` });
    const told = "nvidia-smi gave no answer within 20 s: the run goes on as if there were no GPU.";
    await new Promise<void>((resolve) => {
      let said = "";
      starting.stdout.on("data", (piece: Buffer) => {
        said += piece.toString();
        if (said.includes(told)) resolve();
      });
    });
    starting.kill("SIGTERM");
    await starting;
  },
  LIMIT,
);
