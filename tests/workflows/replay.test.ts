import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { Runtime, DefaultLogger } from "@temporalio/worker";
import { beforeAll, expect, test } from "vitest";
import { replay } from "../../engine/replay.ts";

const FOLDER = "tests/workflows/histories";
const files = readdirSync(FOLDER).filter((file) => file.endsWith(".json.gz"));
const read = (file: string) =>
  JSON.parse(gunzipSync(readFileSync(path.join(FOLDER, file))).toString()) as History;
type History = Parameters<typeof replay>[0];

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger("ERROR") });
});

test("there is a history of each shape of plan", () => {
  const shapes = new Set(files.map((file) => file.split("-")[0]));
  expect(shapes).toEqual(
    new Set(["linear", "matrix", "failed", "cancelled", "paused", "resumed", "thousand"]),
  );
});

test.each(files)(
  "the history %s is followed by the current workflow code",
  { timeout: 120_000 },
  async (file) => {
    expect(await replay(read(file), "replayed")).toBeNull();
  },
);

test("a history that does not fit is told", async () => {
  const history = read(files.find((file) => file.startsWith("linear"))!);
  const text = JSON.stringify(history).replaceAll('"activityId":"b"', '"activityId":"x"');
  expect(await replay(JSON.parse(text) as History, "replayed")).toContain("x");
});
