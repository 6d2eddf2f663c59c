import { existsSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { continueRun } from "../../runs/continue-run.ts";
import { followRun } from "../../runs/follow.ts";
import { temporaryFolder } from "../support/folders.ts";
import { begin, folderWith, shell, stopStoreAfterwards } from "../support/runs.ts";
import { openStore } from "../../store/store.ts";

test("a folder that is gone fails the step with a sentence, keeps the run from going on, and lets it when it is back", async () => {
  const base = temporaryFolder();
  const root = path.join(base, "store");
  stopStoreAfterwards(root);
  const folder = folderWith(path.join(base, "checkout"), {
    quiet: { uses: "run/noop", with: {} },
    s: shell("pwd > seen"),
  });
  const { started } = await begin(root, folder);
  const { run } = started.request;
  const aside = path.join(base, "aside");
  renameSync(folder, aside);

  expect(await followRun(openStore(root), started.request)).toBe("over");
  const record = (await openStore(root).runs.loadRecord(run))!;
  expect(record.steps.map(({ status }) => status)).toEqual(["done", "failed"]);
  expect(record.failure).toMatchObject({
    step: "s",
    code: "environment",
    message: `'${folder}', where the run's programs run, cannot be used here (ENOENT). Put it back and go on with 'reprise resume ${run}', or run the recipe elsewhere: what is finished is reused.`,
  });
  await expect(
    continueRun(openStore(root), (await openStore(root).runs.load(run))!, { folder: base }),
  ).rejects.toMatchObject({
    refusal: { why: "folder-gone", run, folder },
  });

  renameSync(aside, folder);
  const next = await continueRun(openStore(root), (await openStore(root).runs.load(run))!, { folder: base });
  expect(await followRun(openStore(root), next.request)).toBe("over");
  expect((await openStore(root).runs.loadRecord(run))!.status).toBe("done");
  expect(readFileSync(path.join(folder, "seen"), "utf8")).toBe(`${folder}\n`);
}, 120_000);

test("a link in place of the folder is not followed later: a run stays where it was begun", async () => {
  const base = temporaryFolder();
  const root = path.join(base, "store");
  stopStoreAfterwards(root);
  const [first, second] = ["first", "second"].map((name) =>
    folderWith(path.join(base, name), { s: shell("pwd > seen") }),
  );
  const current = path.join(base, "current");
  symlinkSync(first!, current);
  const { started } = await begin(root, current);
  rmSync(current);
  symlinkSync(second!, current);
  expect(await followRun(openStore(root), started.request)).toBe("over");
  expect([existsSync(path.join(first!, "seen")), existsSync(path.join(second!, "seen"))]).toEqual([
    true,
    false,
  ]);
}, 120_000);
