import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { finalText } from "../../data/reading/final-text.ts";
import type { OpenReply } from "../../asking/open-replies.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { reprise, start, stopServerAfterwards, type Ended } from "../support/cli.ts";
import { writeClosedRecipe, writeRecipe, type Asked } from "../support/closed-model.ts";
import { startFaultProxy, type FaultProxy } from "../support/fault-proxy.ts";
import { temporaryFolder } from "../support/folders.ts";
import { startModelServers, type ModelServer, type ModelServers } from "../support/model-server.ts";

const KEY = "sk-very-secret-0123456789";
const models = temporaryFolder();
let servers: ModelServers;
let server: ModelServer;

beforeAll(async () => {
  servers = await startModelServers(models);
  server = servers.one;
}, 300_000);
afterAll(() => servers.stop());

interface Place {
  folder: string;
  asked: Asked;
  run(...more: string[]): Promise<Ended>;
}

async function makePlace(url: string, choice = 6, more: Partial<Asked> = {}): Promise<Place> {
  const folder = temporaryFolder();
  stopServerAfterwards(folder);
  const asked = { url, model: server.model, choice, ...more };
  await writeClosedRecipe(folder, asked);
  writeFileSync(path.join(folder, "recorded.jsonl"), "");
  return {
    folder,
    asked,
    run: (...args) => reprise(folder, ["run", "closed.yaml", ...args], { CLOSED_KEY: KEY }),
  };
}

const recordOf = ({ stdout }: Ended): RunRecord => JSON.parse(stdout) as RunRecord;
const stepOf = (record: RunRecord, id: string) => record.steps.find((step) => step.id === id)!;

/** What the real server was asked and answered whole, by its content. */
const answered = (proxy: FaultProxy): string[] =>
  proxy
    .requests()
    .filter(({ reached, fault, status }) => reached && fault === undefined && status === 200)
    .map(({ body }) => body);

/** Of these, the multiple-choice questions. */
const crossings = (proxy: FaultProxy): string[] =>
  answered(proxy).filter((body) => body.includes("crossing"));

test("a server that fails half of the time ends with full coverage, and each reply is paid for once", async () => {
  const proxy = await startFaultProxy(server.url, { retryAfter: 0.1, silenceMs: 300 });
  proxy.setRate(0.5);
  const place = await makePlace(proxy.url, 12);
  const ended = await place.run("--json");
  expect(ended.code, ended.stderr).toBe(0);
  const record = recordOf(ended);
  expect(stepOf(record, "choice").metrics).toMatchObject({
    ...{ samples: 12, error: 0, unparsed: 0, replies: 12, recorded: 0, served_models: 1, other_days: 0 },
  });
  expect(stepOf(record, "open").metrics).toMatchObject({ samples: 3, error: 0, empty: 0, replies: 3 });
  expect(stepOf(record, "judge").metrics).toMatchObject({
    ...{
      samples: 3,
      scored: 3,
      coverage: 1,
      direction: 4,
      landmarks: 3,
      logic: 5,
      score: 4,
      score_times_20: 80,
    },
    ...{ spread: 0, disagreed: 0, replies: 6, "score[route/forward]": 4 },
  });
  // Half failed, and nothing that came whole was asked for again: two repeats of each judgement are two requests.
  expect(proxy.requests().filter(({ fault }) => fault !== undefined).length).toBeGreaterThan(15);
  const bodies = answered(proxy);
  expect(bodies).toHaveLength(12 + 3 + 6);
  expect(new Set(bodies).size).toBe(12 + 3 + 3);
  // Eight frames each, and the key in the header alone.
  expect(bodies[0]!.match(/data:image\/png;base64,/g)).toHaveLength(8);
  expect(stepOf(record, "choice").metrics["input_tokens"]).toBeGreaterThan(12 * 8 * 6);
  expect(proxy.requests()[0]!.headers.authorization).toBe(`Bearer ${KEY}`);
  for (const file of readdirSync(place.folder, { recursive: true, withFileTypes: true }))
    if (file.isFile()) expect(readFileSync(path.join(file.parentPath, file.name)).includes(KEY)).toBe(false);
}, 180_000);

test("a server that is down is told, and later nothing that was paid for is asked again", async () => {
  const proxy = await startFaultProxy(server.url);
  // Five replies about crossings, then none about anything.
  proxy.setFails(() => (crossings(proxy).length >= 5 ? 503 : false));
  const place = await makePlace(proxy.url, 12, { limits: "concurrency: 1, give_up_seconds: 2" });
  const failed = await place.run("--json");
  expect(failed.code).toBe(1);
  const { failure } = stepOf(recordOf(failed), "choice");
  expect(failure).toMatchObject({ code: "unavailable" });
  expect(failure!.message).toMatch(/has not replied for \d+ s: 503 .* 5 replies are kept: run again/);
  expect(crossings(proxy)).toHaveLength(5);
  proxy.setFails(() => false);
  const ended = await place.run("--json");
  expect(ended.code, ended.stderr).toBe(0);
  expect(stepOf(recordOf(ended), "choice")).toMatchObject({
    metrics: { samples: 12, error: 0, replies: 12 },
    resumed_from: [5],
  });
  const choices = crossings(proxy);
  expect(choices).toHaveLength(12);
  expect(new Set(choices).size).toBe(12);
}, 180_000);

test("a command that is killed has paid for nothing twice", async () => {
  const proxy = await startFaultProxy(server.url);
  const place = await makePlace(proxy.url, 20, { limits: "concurrency: 1" });
  const child = start(place.folder, ["run", "closed.yaml", "--json"], { CLOSED_KEY: KEY });
  await expect.poll(() => crossings(proxy).length, { timeout: 90_000, interval: 20 }).toBeGreaterThan(4);
  process.kill(-child.pid!, "SIGKILL");
  await child;
  const ended = await place.run("--json");
  expect(ended.code, ended.stderr).toBe(0);
  expect(stepOf(recordOf(ended), "choice").metrics).toMatchObject({ samples: 20, replies: 20, error: 0 });
  // One may have been under way.
  const choices = crossings(proxy);
  expect(choices.length).toBeLessThanOrEqual(21);
  expect(new Set(choices).size).toBe(20);
}, 180_000);

test("a cassette is replayed without network, shows a changed model, and refuses what it does not have", async () => {
  const place = await makePlace(server.url);
  const first = recordOf(await place.run("--json"));
  const { outputs, metrics } = stepOf(first, "choice");
  cpSync(
    path.join(place.folder, ".reprise", outputs["cassette"]!.uri, "cassette.jsonl"),
    path.join(place.folder, "recorded.jsonl"),
  );
  const cassette = "cassette: ${{ inputs.recorded }}";

  // Nobody listens there.
  writeRecipe(place.folder, { ...place.asked, url: "http://127.0.0.1:9/v1", more: [cassette] });
  const replayed = await place.run(
    "--new",
    "--json",
    "--set",
    "steps.judge=null",
    "--set",
    "steps.open=null",
  );
  expect(replayed.code, replayed.stderr).toBe(0);
  expect(stepOf(recordOf(replayed), "choice").metrics).toEqual({ ...metrics, replies: 0, recorded: 6 });

  writeRecipe(place.folder, { ...place.asked, more: [cassette, "temperature: 0.5"] });
  const other = recordOf(await place.run("--new", "--json"));
  expect(stepOf(other, "choice").failure!.message).toContain("The cassette has no reply to 'choice-");

  writeRecipe(place.folder, {
    ...place.asked,
    url: servers.other.url,
    more: [cassette, "cassette_use: compare"],
  });
  const compared = recordOf(await place.run("--new", "--json"));
  const step = stepOf(compared, "choice");
  expect(step.metrics["changed"]).toBeGreaterThan(0);
  const changes = readFileSync(
    path.join(place.folder, ".reprise", step.outputs["cassette"]!.uri, "changed.jsonl"),
    "utf8",
  );
  expect(changes.trim().split("\n")).toHaveLength(step.metrics["changed"]!);
  expect(stepOf(compared, "judge").metrics).toMatchObject({ direction: 1, landmarks: 2, logic: 3 });
}, 240_000);

test("a budget stops, and a larger one goes on", async () => {
  const proxy = await startFaultProxy(server.url);
  const place = await makePlace(proxy.url, 8, { limits: "concurrency: 2, budget: { replies: 5 }" });
  const stopped = await place.run("--json");
  expect(stopped.code).toBe(5);
  expect(stepOf(recordOf(stopped), "choice").failure!.message).toContain(
    "The budget of 5 replies is used up",
  );
  expect(crossings(proxy)).toHaveLength(5);
  writeRecipe(place.folder, {
    ...place.asked,
    limits: "budget: { replies: 50, input_price: 1, output_price: 2 }",
  });
  const ended = await place.run("--json");
  expect(ended.code, ended.stderr).toBe(0);
  const { metrics } = stepOf(recordOf(ended), "choice");
  expect(metrics).toMatchObject({ samples: 8, replies: 8 });
  expect(metrics["cost"]).toBeCloseTo((metrics["input_tokens"]! + 2 * metrics["output_tokens"]!) / 1e6, 12);
  expect(crossings(proxy)).toHaveLength(8);
}, 180_000);

test("a wrong key, and a question that is refused, are told as they are", async () => {
  const proxy = await startFaultProxy(server.url);
  proxy.setFails(() => 401);
  const place = await makePlace(proxy.url, 6, { date: "2025-03-07" });
  const refused = await place.run("--json");
  expect(refused.code).toBe(5);
  expect(stepOf(recordOf(refused), "choice").failure).toMatchObject({
    code: "environment",
    message: expect.stringMatching(/refuses: 401 .*secrets: \{ OPENAI_API_KEY/) as string,
  });
  // The second question alone.
  let second: string | undefined;
  proxy.setFails(() => {
    const { body } = proxy.requests().at(-1)!;
    if (body.includes("crossing 1?")) second = body;
    return body.includes("crossing 1?") ? 400 : false;
  });
  const ended = await place.run("--json");
  expect(ended.code, ended.stderr).toBe(0);
  expect(second).toBeDefined();
  expect(stepOf(recordOf(ended), "choice").metrics).toMatchObject({
    ...{ samples: 6, error: 1, replies: 5, other_days: 5 },
  });
}, 180_000);

test("a judge that cannot be read gives no score, and is asked again in another run", async () => {
  const proxy = await startFaultProxy(server.url);
  const judge = ["max_completion_length: 2"];
  const place = await makePlace(proxy.url, 2, { judge });
  const failed = recordOf(await place.run("--json"));
  expect(stepOf(failed, "judge").failure).toMatchObject({
    code: "gate",
    message: expect.stringContaining(
      "The judge scored 0 of 3 replies; 'coverage' asks for 95 %. First without a score: route-0 (the judge's reply is no judgement; it was cut: raise 'max_completion_length').",
    ) as string,
  });
  // Three replies, two repeats, each asked for twice: 12, and as many in another run.
  const judgements = () => answered(proxy).filter((body) => body.includes("<prediction>")).length;
  expect(judgements()).toBe(12);
  const again = await place.run("--json");
  expect(again.code).toBe(1);
  expect(judgements()).toBe(24);
}, 180_000);

test("a local model's replies to open questions are judged", async () => {
  const folder = temporaryFolder();
  stopServerAfterwards(folder);
  writeFileSync(
    path.join(folder, "open.yaml"),
    `recipe: 1
name: open
steps:
  walks:
    uses: data/synthesize
    with: { clips: { pretrain: 4 }, pretrain_rows_per_clip: 4 }
  frames: { uses: frames/extract, with: { dataset: "\${{ steps.walks.outputs.dataset }}", size: 56x56 } }
  base:
    uses: model/tiny
    with:
      dataset: \${{ steps.frames.outputs.dataset }}
      split: pretrain
      learning_rate: 2e-3
      learning_rate_schedule: cosine
      batch_size_per_device: 8
      epochs: 1
      warmup_ratio: 0.1
      max_grad_norm: 1.0
  open:
    uses: eval/open
    with:
      model: \${{ steps.base.outputs.model }}
      dataset: \${{ steps.frames.outputs.dataset }}
      split: pretrain
      max_completion_length: 8
    accept: { R0507: "only to have questions" }
  judge:
    uses: eval/judge
    matrix: { repeats: [1, 2] }
    with:
      replies: \${{ steps.open.outputs.replies }}
      repeats: \${{ matrix.repeats }}
      model: ${server.model}
      date: ${new Date().toISOString().slice(0, 10)}
      base_url: ${server.url}
claims:
  - { id: alike, better: "judge[repeats=2]", than: "judge[repeats=1]" }
`,
  );
  const ended = await reprise(folder, ["run", "open.yaml", "--json"]);
  // Judged once and judged twice are alike, so the claim that one is better has nothing to go by.
  expect(ended.code, ended.stderr).toBe(3);
  const [claim] = recordOf(ended).claims;
  expect(claim).toMatchObject({ verdict: "INCONCLUSIVE", value: 0, interval: null, p: 1, unit: "video" });
  expect(claim!.evidence).toHaveLength(2);
  const [open, judge] = ["open", "judge-1"].map((id) => stepOf(recordOf(ended), id));
  expect(open!.metrics["samples"]).toBeGreaterThan(2);
  const file = path.join(folder, ".reprise", open!.outputs["replies"]!.uri, "replies.jsonl");
  const said = readFileSync(file, "utf8").trim().split("\n");
  // What so short a training teaches is hardly a word; each reply has a score all the same. Equal ones are asked for once.
  const different = new Set(
    said
      .map((line) => JSON.parse(line) as OpenReply)
      .map(({ question, reference, reply }) => [question, reference, finalText(reply)])
      .filter(([, , reply]) => reply !== "")
      .map((asked) => JSON.stringify(asked)),
  );
  expect(judge!.metrics).toMatchObject({
    samples: open!.metrics["samples"],
    coverage: 1,
    replies: different.size,
  });
}, 180_000);
