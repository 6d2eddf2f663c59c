import { chmodSync, mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { StepFailure } from "../../core/step-failure.ts";
import type { Artifact } from "../../schemas/plan.ts";
import { refuseChangedInputs } from "../../steps/changed-inputs.ts";
import { openStore, type Store } from "../../store/store.ts";
import { temporaryFolder } from "../support/folders.ts";

let store: Store;
let folder = "";
beforeEach(() => {
  folder = temporaryFolder();
  store = openStore(path.join(folder, "store"));
});

/** What is told of one input, or null where it is as it was. */
async function told(name: string, input: Artifact | string, since?: number): Promise<string | null> {
  try {
    await refuseChangedInputs(store, "r-1", { id: "org/name", [name]: input }, since);
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(StepFailure);
    expect((error as StepFailure).code).toBe("data");
    return (error as StepFailure).message;
  }
}

describe("a file of the recipe's", () => {
  let input: Artifact;
  beforeEach(async () => {
    const uri = path.join(folder, "rows.jsonl");
    writeFileSync(uri, "one");
    input = { uri, digest: await store.inputs.digest(uri), type: "path" };
  });

  test("is refused when it is another one, or gone", async () => {
    expect(await told("rows", input)).toBeNull();
    writeFileSync(input.uri, "other");
    const back = "since the run began. Put it back, or take what is there now: 'reprise resume r-1'.";
    expect(await told("rows", input)).toBe(`The input '${input.uri}' was changed ${back}`);
    rmSync(input.uri);
    expect(await told("rows", input)).toBe(`The input '${input.uri}' is gone ${back}`);
    writeFileSync(input.uri, "one");
    expect(await told("rows", input)).toBeNull();
  });
});

test("what tools leave in a folder is no change of a kind, and one of any other input", async () => {
  const uri = path.join(folder, "given");
  mkdirSync(uri);
  writeFileSync(path.join(uri, "main.py"), "");
  const input = { uri, digest: await store.inputs.digest(uri), type: "path" };
  mkdirSync(path.join(uri, "__pycache__"));
  expect(await told("kind", input)).toBeNull();
  expect(await told("rows", input)).toContain("was changed");
  writeFileSync(path.join(uri, "main.py"), "other");
  expect(await told("kind", input)).toContain("was changed");
});

describe("what another step made", () => {
  let artifact: Artifact;
  let file = "";
  beforeEach(async () => {
    const made = path.join(folder, "made");
    mkdirSync(made);
    writeFileSync(path.join(made, "rows"), "one");
    artifact = await store.artifacts.put(made, "dataset");
    file = path.join(await store.artifacts.get(artifact), "rows");
    chmodSync(file, 0o644);
  });
  /** Other bytes of the same size, and the time that the file had. */
  const change = (ms: number) => {
    writeFileSync(file, "two");
    utimesSync(file, ms / 1000, ms / 1000);
  };

  test("is damaged before the step has begun to work, and changed afterwards; it is marked for good", async () => {
    expect(await told("inputs.rows", artifact)).toBeNull();
    expect(await told("inputs.rows", artifact, Date.now() - 60_000)).toBeNull();
    change(Date.now());
    expect(await told("inputs.rows", artifact, Date.now() - 60_000)).toMatch(
      /^The input 'rows' was changed while the step worked: .*'rows'.*\. What another step made is for reading only: a program that writes there must work on a copy\. The step that made it runs again with 'reprise resume r-1'\.$/,
    );
    writeFileSync(file, "one");
    expect(await told("my.inputs.rows", artifact)).toMatch(
      /^The input 'my\.inputs\.rows' is damaged: .*'rows'.*\. The step that made it runs again with 'reprise resume r-1'\.$/,
    );
    expect(await store.artifacts.defect(artifact)).toMatch(/'rows'/);
  });

  test("is read again where it was touched since, by a clock that may be a second behind", async () => {
    const since = Date.now();
    change(since - 900);
    expect(await told("rows", artifact, since)).toContain("was changed while the step worked");
  });
});
