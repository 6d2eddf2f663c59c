import { readFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import { startFaultProxy, type FaultProxy } from "../support/fault-proxy.ts";
import { temporaryFolder } from "../support/folders.ts";
import { makeServedModel, startModelServer, type ModelServer } from "../support/model-server.ts";
import { ffmpeg } from "../support/videos.ts";

interface Completion {
  choices: { message: { content: string; reasoning_content?: string }; finish_reason: string }[];
  usage: { prompt_tokens: number; completion_tokens: number };
}

const folder = temporaryFolder();
let server: ModelServer;
let dark: string;
let bright: string;

beforeAll(async () => {
  const model = path.join(folder, "tiny");
  [dark, bright] = await Promise.all([picture("0x202020"), picture("0xE0E0E0"), makeServedModel(model)]);
  server = await startModelServer(model);
}, 300_000);

/** A PNG of 224 by 224 as a data URL. */
async function picture(colour: string): Promise<string> {
  const file = path.join(folder, `${colour}.png`);
  const source = `color=${colour}:size=224x224`;
  await execa(ffmpeg, ["-v", "error", "-f", "lavfi", "-i", source, "-frames:v", "1", file]);
  return `data:image/png;base64,${readFileSync(file, "base64")}`;
}

function post(url: string, text: string, image?: string, signal?: AbortSignal): Promise<Response> {
  const images = image === undefined ? [] : Array.from({ length: 8 }, () => image);
  const content = [
    ...images.map((data) => ({ type: "image_url", image_url: { url: data } })),
    { type: "text", text },
  ];
  return fetch(`${url}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      model: server.model,
      messages: [{ role: "user", content }],
      temperature: 0,
      max_tokens: 100,
    }),
    signal: signal ?? null,
  });
}

async function ask(text: string, image?: string): Promise<{ content: string; prompt: number }> {
  const response = await post(server.url, text, image);
  const reply = (await response.json()) as Completion;
  expect(response.status, JSON.stringify(reply)).toBe(200);
  expect(reply.choices[0]!.finish_reason).toBe("stop");
  return { content: reply.choices[0]!.message.content, prompt: reply.usage.prompt_tokens };
}

const OPTIONS = "A. by the bakery\nB. through the park\nC. over the bridge\nD. along the canal";
const QUESTION = `Which way did the camera wearer walk before the crossing?\nOptions:\n${OPTIONS}`;
const THINK =
  "First think, between <think> and </think>. Then give the letter, between <answer> and </answer>.";

const JUDGE_PROMPTS = [
  `You grade how a model reasons about a route. Question: ${QUESTION}
Reasoning: <think>The wearer leaves the shop, turns left at the bakery and crosses.</think><answer>B</answer>
Rate from 0 to 5 whether each turn is right (direction), whether the places are real (landmarks) and whether the
conclusion follows (logic). Answer with one JSON object and nothing else.`,
  'Reply in JSON: {"direction": integer, "landmarks": integer, "logic": integer}. Text to be assessed: "Zuerst ging er über die Brücke."',
  `${"The reference says that the person passed a fountain, two lanterns and a kiosk, in this order. ".repeat(40)}
Compare the trace with it. Score direction, landmarks and logic (integers, 0-5) as JSON.`,
];

describe("a real server with a tiny model", () => {
  test("sees the images, and thinks before it gives a letter", async () => {
    const [night, day, blind] = [
      await ask(`${QUESTION}\n${THINK}`, dark),
      await ask(`${QUESTION}\n${THINK}`, bright),
      await ask(`${QUESTION}\n${THINK}`),
    ];
    expect(night.content).toMatch(/^<think>.+<\/think><answer>[A-D]<\/answer>$/);
    expect(day.content).toMatch(/^<think>.+<\/think><answer>[A-D]<\/answer>$/);
    expect(day.content).not.toBe(night.content);
    // Each image is four tokens between two marks.
    expect(day.prompt - blind.prompt).toBe(8 * 6);
    expect(await ask(`${QUESTION}\n${THINK}`, dark)).toEqual(night);
  });

  test("gives a bare letter where nothing is said of thinking", async () => {
    const { content } = await ask(`${QUESTION}\nReply with the letter of the best option.`, bright);
    expect(content).toMatch(/^[A-D]$/);
  });

  test("describes the images in a sentence", async () => {
    expect((await ask("What do you see along the way?", dark)).content).toBe("The pictures are dark.");
  });

  test.each(JUDGE_PROMPTS)("judges in JSON, however it is asked: %#", async (prompt) => {
    expect(JSON.parse((await ask(prompt)).content)).toEqual({ direction: 4, landmarks: 3, logic: 5 });
  });
});

describe("a proxy that makes requests fail", () => {
  const send = (proxy: FaultProxy) => post(proxy.url, "What do you see?");

  test("hands on what it does not touch", async () => {
    const proxy = await startFaultProxy(server.url);
    const through = (await (await send(proxy)).json()) as Completion;
    const direct = (await (await post(server.url, "What do you see?")).json()) as Completion;
    expect(through.choices).toEqual(direct.choices);
    expect(proxy.requests()).toMatchObject([{ path: "/v1/chat/completions", reached: true, status: 200 }]);
    expect(JSON.parse(proxy.requests()[0]!.body)).toMatchObject({ model: server.model, temperature: 0 });
  });

  test("lets every second request fail, in all ways in turn", async () => {
    const proxy = await startFaultProxy(server.url, {
      fails: (n) => n % 2 === 0,
      retryAfter: 3,
      silenceMs: 200,
    });
    const seen: (number | string)[] = [];
    for (let n = 1; n <= 10; n++) {
      const response = await send(proxy).catch(() => undefined);
      if (response?.status === 429) expect(response.headers.get("retry-after")).toBe("3");
      if (response === undefined) seen.push("no reply");
      else
        seen.push(
          await response.text().then(
            () => response.status,
            () => "cut",
          ),
        );
    }
    expect(seen).toEqual([200, 429, 200, 500, 200, "cut", 200, 503, 200, "no reply"]);
    // What is cut was answered by the real server, and costs as much as any other.
    expect(proxy.requests().filter(({ reached }) => reached)).toHaveLength(6);
  });

  test("is silent until the client loses patience", async () => {
    const proxy = await startFaultProxy(server.url, { fails: () => "silent" });
    await expect(
      post(proxy.url, "What do you see?", undefined, AbortSignal.timeout(200)),
    ).rejects.toMatchObject({
      name: "TimeoutError",
    });
    expect(proxy.requests()).toMatchObject([{ fault: "silent", reached: false }]);
  });

  test("goes down and comes back, and fails at a rate", async () => {
    const proxy = await startFaultProxy(server.url);
    proxy.setDown(true);
    await expect(send(proxy)).rejects.toThrow("fetch failed");
    proxy.setDown(false);
    expect((await send(proxy)).status).toBe(200);
    proxy.setFails(() => 503);
    expect((await send(proxy)).status).toBe(503);
    proxy.setRate(0.5);
    expect([(await send(proxy)).status, (await send(proxy)).status]).toEqual([429, 200]);
    expect(proxy.requests().map(({ fault }) => fault)).toEqual(["down", undefined, 503, 429, undefined]);
  });
});
