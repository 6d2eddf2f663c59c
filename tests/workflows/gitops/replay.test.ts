import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { DefaultLogger, Runtime } from "@temporalio/worker";
import { beforeAll, expect, test } from "vitest";
import { replay } from "../../../engine/replay.ts";
import { BUNDLE } from "../../../gitops/serve/worker.ts";

const FOLDER = "tests/workflows/gitops/histories";
const files = readdirSync(FOLDER);
type History = Parameters<typeof replay>[0];
const read = (file: string) =>
  JSON.parse(gunzipSync(readFileSync(`${FOLDER}/${file}`)).toString()) as History;

/** Ids of other workflows begin as its own. */
const idOf = (history: History): string =>
  (history as { events: { workflowExecutionStartedEventAttributes: { workflowId: string } }[] }).events[0]!
    .workflowExecutionStartedEventAttributes.workflowId;

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger("ERROR") });
});

test("there is a history of each shape", () => {
  const shapes = new Set(files.map((file) => file.replace(/-\d+\.json\.gz$/, "")));
  expect(shapes).toEqual(
    new Set([
      ...["repository", "repository-continued", "commit-judged", "commit-superseded", "commit-approved"],
      ...["recipe-judged", "recipe-stopped", "tick"],
    ]),
  );
});

test.each(files)(
  "the history %s is followed by the current workflow code",
  { timeout: 120_000 },
  async (file) => {
    const history = read(file);
    expect(await replay(history, idOf(history), BUNDLE)).toBeNull();
  },
);

test("a history that does not fit is told", async () => {
  const file = files.find((name) => name.startsWith("recipe-judged"))!;
  const text = JSON.stringify(read(file)).replaceAll('"beginRun"', '"somethingElse"');
  expect(await replay(JSON.parse(text) as History, "replayed", BUNDLE)).toContain("somethingElse");
});
