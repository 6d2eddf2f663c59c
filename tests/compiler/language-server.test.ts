import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  CompletionRequest,
  createProtocolConnection,
  DidOpenTextDocumentNotification,
  HoverRequest,
  InitializedNotification,
  InitializeRequest,
  PublishDiagnosticsNotification,
  StreamMessageReader,
  StreamMessageWriter,
  type Diagnostic,
  type MarkupContent,
  type ProtocolConnection,
} from "vscode-languageserver-protocol/node.js";
import type { EditorSchema } from "../../compiler/editor/schema.ts";
import { withKinds } from "../../compiler/editor/with-kinds.ts";
import { withPaper } from "../../compiler/paper/editor-schema.ts";
import { temporaryFolder } from "../support/folders.ts";
import { compileText } from "../support/recipes.ts";

/** The server that editors use, over its protocol. The recipe's own first line tells it the schema. */
const binary = path.join(
  path.dirname(createRequire(import.meta.url).resolve("yaml-language-server/package.json")),
  "bin",
  "yaml-language-server",
);
const FIRST_LINE = "# yaml-language-server: $schema=../schemas/generated/recipe.schema.json\n";

let server: ChildProcess;
let editor: ProtocolConnection;
const published = new Map<string, (found: Diagnostic[]) => void>();

beforeAll(async () => {
  server = spawn(process.execPath, [binary, "--stdio"], { stdio: ["pipe", "pipe", "ignore"] });
  editor = createProtocolConnection(
    new StreamMessageReader(server.stdout!),
    new StreamMessageWriter(server.stdin!),
  );
  editor.listen();
  const rootUri = pathToFileURL(process.cwd()).href;
  editor.onRequest("workspace/configuration", ({ items }: { items: { section: string }[] }) =>
    items.map(({ section }) =>
      section === "yaml"
        ? { validate: true, hover: true, completion: true, schemaStore: { enable: false } }
        : {},
    ),
  );
  editor.onRequest("client/registerCapability", () => null);
  editor.onNotification(PublishDiagnosticsNotification.type, ({ uri, diagnostics }) =>
    published.get(uri)?.(diagnostics),
  );
  await editor.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    rootUri,
    workspaceFolders: [{ uri: rootUri, name: "reprise" }],
    capabilities: {
      workspace: { configuration: true },
      textDocument: {
        hover: { contentFormat: ["markdown"] },
        completion: { completionItem: { snippetSupport: false } },
        publishDiagnostics: {},
      },
    },
  });
  await editor.sendNotification(InitializedNotification.type, {});
}, 30_000);

afterAll(() => {
  editor.dispose();
  server.kill();
});

let count = 0;

/** Opens a text as a recipe in an editor; gives its address and what the server finds wrong. */
async function open(text: string): Promise<{ uri: string; found: Diagnostic[] }> {
  const uri = pathToFileURL(path.resolve("recipes", `opened-${count++}.yaml`)).href;
  const found = new Promise<Diagnostic[]>((resolve) => published.set(uri, resolve));
  await editor.sendNotification(DidOpenTextDocumentNotification.type, {
    textDocument: { uri, languageId: "yaml", version: 1, text },
  });
  return { uri, found: await found };
}

/** Where `|` stands in a text, and the text without it. */
function atBar(text: string): { text: string; position: { line: number; character: number } } {
  const before = text.slice(0, text.indexOf("|")).split("\n");
  return {
    text: text.replace("|", ""),
    position: { line: before.length - 1, character: before.at(-1)!.length },
  };
}

async function complete(marked: string, first = FIRST_LINE): Promise<string[]> {
  const { text, position } = atBar(first + marked);
  const { uri } = await open(text);
  const answer = await editor.sendRequest(CompletionRequest.type, { textDocument: { uri }, position });
  const items = Array.isArray(answer) ? answer : (answer?.items ?? []);
  return items.map(({ label }) => label);
}

async function hover(marked: string, first = FIRST_LINE): Promise<string> {
  const { text, position } = atBar(first + marked);
  const { uri } = await open(text);
  const answer = await editor.sendRequest(HoverRequest.type, { textDocument: { uri }, position });
  return (answer?.contents as MarkupContent | undefined)?.value ?? "";
}

describe("an editor", () => {
  test.each(readdirSync("recipes").filter((name) => name.endsWith(".yaml")))(
    "finds nothing wrong with %s",
    async (file) => {
      const { found } = await open(readFileSync(path.join("recipes", file), "utf8"));
      expect(found.map(({ message }) => message)).toEqual([]);
    },
  );

  test("finds nothing wrong with expressions, a matrix, a group, and a recipe that extends another", async () => {
    const { found } = await open(`${FIRST_LINE}extends: demo.yaml
inputs: { rate: { type: number, default: 1e-5 } }
steps:
  sft: { with: { epochs: 2 } }
  arms:
    matrix: { seed: [0, 1] }
    steps:
      more:
        uses: train/grpo
        with: { model: org/base, dataset: "\${{ steps.frames.outputs.dataset }}", split: grpo, learning_rate: "\${{ inputs.rate }}", seed: "\${{ matrix.seed }}" }
`);
    expect(found.map(({ message }) => message)).toEqual([]);
  });

  test("underlines a key and a value that the schema does not know", async () => {
    const { found } = await open(`${FIRST_LINE}recipe: 1
name: wrong
steps:
  sft:
    uses: train/sft
    with: { model: a/b, dataset: x, split: y, learning_rate: 1e-5, lerning_rate: 1e-5, quantization: 5-bit }
`);
    expect(found.map(({ message, range }) => [message.slice(0, 24), range.start.line])).toEqual(
      expect.arrayContaining([["Property lerning_rate is", 6]]),
    );
    expect(found.some(({ range }) => range.start.line === 6 && range.start.character > 100)).toBe(true);
  });

  test("completes keys, kinds, parameters of the kind, and their words", async () => {
    expect(await complete("recipe: 1\nname: a\n|\n")).toEqual(
      expect.arrayContaining(["steps", "claims", "extends"]),
    );
    const step = "recipe: 1\nname: a\nsteps:\n  sft:\n";
    expect(await complete(`${step}    uses: |\n`)).toEqual(
      expect.arrayContaining(["train/sft", "train/grpo"]),
    );
    const labels = await complete(`${step}    uses: train/sft\n    with:\n      lora_rank: 8\n      |\n`);
    expect(labels).toEqual(expect.arrayContaining(["learning_rate", "quantization"]));
    expect(labels).not.toContain("group_size");
    expect(await complete(`${step}    uses: train/sft\n    with:\n      quantization: |\n`)).toEqual(
      expect.arrayContaining(["4-bit", "none"]),
    );
  });

  const LORA_RANK =
    "recipe: 1\nname: a\nsteps:\n  sft:\n    uses: train/sft\n    with:\n      lora_ra|nk: 8\n";

  test("hovering a parameter shows its meaning and the trainer's field, and no paper that is not the recipe's", async () => {
    const text = await hover(LORA_RANK);
    expect(text).toContain("Rank of the adapter.");
    expect(text).toContain("LoraConfig.r");
    expect(text).not.toContain("Table");
  });

  test("with the schema of one recipe, hovering shows the rows of its paper", async () => {
    const paper = compileText(readFileSync("recipes/st-r1.yaml", "utf8"), null, {
      file: "recipes/st-r1.yaml",
    }).paper!;
    const schema = JSON.parse(readFileSync("schemas/generated/recipe.schema.json", "utf8")) as EditorSchema;
    const file = path.join(temporaryFolder(), "own.schema.json");
    writeFileSync(file, JSON.stringify(withPaper(schema, paper)));
    const first = `# yaml-language-server: $schema=${pathToFileURL(file).href}\n`;
    const text = await hover(LORA_RANK, first);
    expect(text).toContain("Rank of the adapter.");
    expect(text).toContain("Paper: Table 6, Lora rank: 8.");
    const labels = await complete(LORA_RANK.replace("lora_ra|nk: 8", "lora_rank: 8\n      |"), first);
    expect(labels).toEqual([...new Set(labels)]);
    expect(labels).toContain("learning_rate");
    expect((await open(first + readFileSync("recipes/st-r1.yaml", "utf8"))).found).toEqual([]);
  });

  test("with the schema of one recipe, completes and checks the parameters of its own kinds", async () => {
    const kind = `kind: 1
title: lab/pairs
description: Makes pairs.
run: [sh, make.sh]
properties:
  rows: { type: integer, description: How many. }
  order: { enum: [sorted, mixed], default: sorted, description: Which first. }
`;
    const step = "recipe: 1\nname: a\nsteps:\n  made:\n    uses: ./kinds/pairs\n    with:\n      rows: 3\n";
    const { outside } = compileText(step, null, { files: { "recipes/kinds/pairs/kind.yaml": kind } });
    const schema = JSON.parse(readFileSync("schemas/generated/recipe.schema.json", "utf8")) as EditorSchema;
    const file = path.join(temporaryFolder(), "own.schema.json");
    writeFileSync(file, JSON.stringify(withKinds(schema, outside)));
    const first = `# yaml-language-server: $schema=${pathToFileURL(file).href}\n`;
    const labels = await complete(`${step}      |\n`, first);
    expect(labels).toContain("order");
    expect(labels).not.toContain("learning_rate");
    expect(await complete(`${step}      order: |\n`, first)).toEqual(
      expect.arrayContaining(["sorted", "mixed"]),
    );
    expect(await hover(`${step}      ord|er: mixed\n`, first)).toContain("Which first.");
    expect((await open(`${first}${step}`)).found).toEqual([]);
    const { found } = await open(`${first}${step}      ordre: mixed\n`);
    expect(found.map(({ message }) => message)).toEqual([expect.stringContaining("ordre")]);
    // The usual schema allows the folder, and knows nothing of its parameters.
    expect((await open(`${FIRST_LINE}${step}      ordre: mixed\n`)).found).toEqual([]);
  });
});
