import { APIError } from "openai";
import { describe, expect, test } from "vitest";
import { BrokenReply, readCompletion, UnreadableReply } from "../../../asking/api/completion.ts";
import { completion } from "../../support/scripted-server.ts";

type Parts = Parameters<typeof completion>[1];

const read = (content: unknown, parts?: Parts) => readCompletion(completion(content, parts).body);
const answerOf = (content: unknown, parts?: Parts) => read(content, parts).answer;
function thrown(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

test("a reply is read with its tokens, and whether they were counted", () => {
  expect(read("B")).toEqual({
    answer: {
      ...{ reply: "B", served: "closed-1", truncated: false, refused: false, filtered: false },
      ...{ input_tokens: 20, output_tokens: 3 },
    },
    counted: true,
  });
});

describe("content in parts", () => {
  test.each<[string, unknown, string]>([
    ["one text", [{ type: "text", text: "B" }], "B"],
    [
      "several texts",
      [
        { type: "text", text: "B. tu" },
        { type: "text", text: "rn left" },
      ],
      "B. turn left",
    ],
    ["a text of another API", [{ type: "output_text", text: "B" }], "B"],
    ["bare texts", ["B", "."], "B."],
    [
      "thinking before it",
      [
        { type: "thinking", thinking: [{ type: "text", text: "A?" }] },
        { type: "text", text: "B" },
      ],
      "B",
    ],
    [
      "reasoning before it",
      [
        { type: "reasoning", summary: "A?" },
        { type: "text", text: "B" },
      ],
      "B",
    ],
    ["no part", [], ""],
  ])("%s is joined", (_, content, reply) => expect(answerOf(content).reply).toBe(reply));

  test.each<[string, unknown, RegExp]>([
    [
      "a picture",
      [
        { type: "text", text: "B" },
        { type: "image_url", image_url: { url: "x" } },
      ],
      /of the type "image_url"/,
    ],
    ["a tool's use", [{ type: "tool_use", id: "1" }], /of the type "tool_use"/],
    ["a text that is none", [{ type: "text", text: 4 }], /of the type "text"/],
    ["a part without a type", [{ text: "B" }], /a part of 'content' is an object/],
    ["a number in the list", [4], /a part of 'content' is a number/],
    ["a number", 4, /'content' is a number/],
    ["an object", { text: "B" }, /'content' is an object/],
    ["true", true, /'content' is a boolean/],
  ])("%s is refused, not dropped", (_, content, message) => {
    const error = thrown(() => read(content));
    expect(error).toBeInstanceOf(UnreadableReply);
    expect(error.message).toMatch(message);
    expect((error as UnreadableReply).spent).toEqual({ input_tokens: 20, output_tokens: 3 });
  });
});

describe("a broken reply is asked for again", () => {
  test.each<[string, unknown]>([
    ["a text", "<html>"],
    ["null", null],
    ["a list", [completion("B").body]],
    ["an empty object", {}],
    ["no choice", { choices: [] }],
    ["choices as an object", { choices: { 0: { message: { content: "B" } } } }],
    ["choices of null", { choices: null }],
    ["a choice of null", { choices: [null] }],
    ["a message of null", { choices: [{ message: null, finish_reason: "stop" }] }],
    ["no message", { choices: [{ finish_reason: "content_filter" }] }],
    ["a chunk of a stream", { object: "chat.completion.chunk", choices: [{ delta: { content: "B" } }] }],
    ["an error's text", { error: "upstream failed" }],
    ["an error in an error", { error: { error: { message: "upstream failed", code: 502 } } }],
    ["an error beside a choice", { ...(completion("B").body as object), error: { message: "died" } }],
  ])("%s", (_, body) => expect(() => readCompletion(body)).toThrow(BrokenReply));

  test.each<[string, unknown, Parts]>([
    ["an end by error", "B", { choice: { finish_reason: "error" } }],
    ["an end that nobody knows", "B", { choice: { finish_reason: "network_error" } }],
    ["an end that is a number", "B", { choice: { finish_reason: 1 } }],
    ["no end, and no tokens", "B", { choice: { finish_reason: null }, more: { usage: null } }],
    ["no end, and no text", "", { choice: { finish_reason: null } }],
    ["nothing, and no tokens", null, { more: { usage: undefined } }],
    ["blanks, and no tokens", " \n", { more: { usage: {} } }],
    [
      "nothing, and tokens of null",
      "",
      { more: { usage: { prompt_tokens: null, completion_tokens: null } } },
    ],
    ["nothing, and no token at all", "", { more: { usage: { prompt_tokens: 0, completion_tokens: 0 } } }],
  ])("%s", (_, content, parts) => expect(() => read(content, parts)).toThrow(BrokenReply));
});

test("an error in the body means what its status would", () => {
  for (const [error, status] of [
    [{ message: "upstream failed", code: 502 }, 502],
    [{ message: "slow down", code: "429" }, 429],
    [{ message: "too long", status: 400 }, 400],
    [{ message: "no more", code: "insufficient_quota" }, 429],
  ] as const) {
    const whole = thrown(() => readCompletion({ error }));
    expect(whole).toBeInstanceOf(APIError);
    expect(whole).toMatchObject({ status });
    const inChoice = thrown(() => read("", { choice: { finish_reason: "error", error } }));
    expect(inChoice).toMatchObject({ status });
  }
});

describe("silence, a filter and a refusal are told apart", () => {
  const told = (content: unknown, parts?: Parts) => {
    const { reply, refused, filtered, truncated } = answerOf(content, parts);
    return { reply, refused, filtered, truncated };
  };
  const nothing = { reply: "", refused: false, filtered: false, truncated: false };
  test.each<[string, unknown, Parts, object]>([
    ["nothing, counted", null, {}, nothing],
    ["nothing but thinking", null, { message: { reasoning_content: "B?" } }, nothing],
    [
      "thinking without counted tokens",
      null,
      { message: { reasoning: "B?" }, more: { usage: null } },
      nothing,
    ],
    [
      "cut while it was thinking",
      null,
      { choice: { finish_reason: "length" } },
      { ...nothing, truncated: true },
    ],
    [
      "filtered",
      "",
      { choice: { finish_reason: "content_filter" }, more: { usage: null } },
      { ...nothing, filtered: true },
    ],
    [
      "filtered on the way",
      "Turn",
      { choice: { finish_reason: "SAFETY" } },
      { ...nothing, reply: "Turn", filtered: true },
    ],
    [
      "refused",
      null,
      { message: { refusal: "I cannot." } },
      { ...nothing, reply: "I cannot.", refused: true },
    ],
    [
      "refused in a part",
      [{ type: "refusal", refusal: "I cannot." }],
      {},
      { ...nothing, reply: "I cannot.", refused: true },
    ],
    [
      "thinking beside a text",
      "B",
      { message: { reasoning_content: "The answer is A." } },
      { ...nothing, reply: "B" },
    ],
    ["an empty error beside a text", "B", { more: { error: {} } }, { ...nothing, reply: "B" }],
    ["ended by refusing", "", { choice: { finish_reason: "refusal" } }, { ...nothing, refused: true }],
    ["an empty refusal is none", "B", { message: { refusal: "" } }, { ...nothing, reply: "B" }],
    [
      "cut at another's limit",
      "B",
      { choice: { finish_reason: "max_tokens" } },
      { ...nothing, reply: "B", truncated: true },
    ],
    ["ended in another's words", "B", { choice: { finish_reason: "end_turn" } }, { ...nothing, reply: "B" }],
    ["no end, but counted", "B", { choice: { finish_reason: null } }, { ...nothing, reply: "B" }],
  ])("%s", (_, content, parts, as) => expect(told(content, parts)).toEqual(as));
});

test.each<[string, Parts]>([
  ["calls a tool", { message: { tool_calls: [{ id: "1" }] } }],
  ["ends by calling one", { choice: { finish_reason: "tool_calls" } }],
  ["speaks", { message: { audio: { id: "1" } } }],
])("a reply that %s is not read", (_, parts) => expect(() => read(null, parts)).toThrow(UnreadableReply));

test("of several choices none is picked", () => {
  const { choices } = completion("B").body as { choices: object[] };
  expect(() =>
    readCompletion({ ...(completion("B").body as object), choices: [...choices, ...choices] }),
  ).toThrow(UnreadableReply);
});

test.each<[string, unknown]>([
  ["negative", { prompt_tokens: -5, completion_tokens: 3 }],
  ["broken", { prompt_tokens: 2.5, completion_tokens: 3 }],
  ["texts", { prompt_tokens: "20", completion_tokens: "3" }],
  ["half", { prompt_tokens: 20 }],
  ["no object", 23],
  ["beyond counting", { prompt_tokens: 1e300, completion_tokens: 3 }],
])("tokens that are %s are not counted, and the reply is read", (_, usage) => {
  const { answer, counted } = read("B", { more: { usage } });
  expect(answer).toMatchObject({ reply: "B", input_tokens: 0, output_tokens: 0 });
  expect(counted).toBe(false);
});

test.each([[null], [7], [undefined]])("a model's name that is %s is none", (model) =>
  expect(answerOf("B", { more: { model } }).served).toBe(""),
);
