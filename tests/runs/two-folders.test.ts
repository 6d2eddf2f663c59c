import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { cancelRun } from "../../runs/cancel.ts";
import { continueRun } from "../../runs/continue-run.ts";
import { followRun, type Happening } from "../../runs/follow.ts";
import { pauseRun } from "../../runs/pause.ts";
import { serveRuns } from "../../runs/serve.ts";
import { lookAtRun } from "../../runs/look-at-run.ts";
import { standings } from "../../runs/standing.ts";
import { writeReport } from "../../runs/report/write-report.ts";
import { home } from "../../store/home.ts";
import { temporaryFolder } from "../support/folders.ts";
import { begin, folderWith, shell, stopStoreAfterwards, until } from "../support/runs.ts";
import { openStore } from "../../store/store.ts";

const base = temporaryFolder();
const root = path.join(base, "store");
stopStoreAfterwards(root);

// Another working folder is not enough to make a step another one: so each has its own input.
const INPUT = { inputs: { name: { type: "path", path: "name" } } };
const reads = { inputs: { name: "${{ inputs.name }}" } };

/** A folder whose step notes where it runs, and waits for a file 'go' beside it. */
function waiting(name: string): string {
  const script = "pwd >> begun; while [ ! -e go ]; do sleep 0.1; done";
  const folder = folderWith(
    path.join(base, name),
    { first: { uses: "run/noop", with: {} }, wait: { ...shell(script, reads), needs: ["first"] } },
    INPUT,
  );
  writeFileSync(path.join(folder, "name"), name);
  return folder;
}

const begun = (folder: string): string =>
  existsSync(path.join(folder, "begun")) ? readFileSync(path.join(folder, "begun"), "utf8") : "";
const go = (folder: string) => writeFileSync(path.join(folder, "go"), "");

describe("runs of two folders in one process", { timeout: 120_000 }, () => {
  test("are begun at once, and each works in its own folder", async () => {
    const [one, two] = [waiting("one"), waiting("two")];
    execFileSync("git", ["init", "-q"], { cwd: two });
    execFileSync(
      "git",
      ["-c", "user.name=n", "-c", "user.email=e@example.org", "commit", "-q", "--allow-empty", "-m", "first"],
      { cwd: two },
    );
    const commit = execFileSync("git", ["rev-parse", "HEAD"], { cwd: two, encoding: "utf8" }).trim();
    const runs = [(await begin(root, one)).started, (await begin(root, two)).started];
    expect(runs[0]!.request.run).not.toBe(runs[1]!.request.run);
    const told: Happening[] = [];
    const following = runs.map(({ request }) =>
      followRun(openStore(root), request, { tell: (happening) => void told.push(happening) }),
    );
    await until(() => [one, two].every((folder) => begun(folder) !== ""));
    expect((await standings(openStore(root))).map(({ standing }) => standing)).toEqual([
      "running",
      "running",
    ]);
    // What both have in common the one makes and the other reuses, where it comes later.
    const [first, wait] = (await lookAtRun(openStore(root), runs[0]!)).steps.map(({ status }) => status);
    expect(["done", "reused"]).toContain(first);
    expect(wait).toBe("started");
    go(two);
    expect(await following[1]).toBe("over");
    go(one);
    expect(await following[0]).toBe("over");
    expect([begun(one), begun(two)]).toEqual([`${one}\n`, `${two}\n`]);
    expect(told.map(({ says }) => says)).toEqual(["working", "working", "ending", "ending"]);
    const records = await Promise.all(
      runs.map(({ request }) => openStore(root).runs.loadRecord(request.run)),
    );
    expect(records.map((record) => [record!.status, record!.commit])).toEqual([
      ["done", null],
      ["done", `${commit}+`],
    ]);
    expect(readFileSync((await writeReport(openStore(root), records[0]!)).file, "utf8")).toContain("inside");
  });

  test("the same again finds everything, and another folder with the same content too", async () => {
    for (const name of ["one", "other"]) {
      const folder = waiting(name);
      writeFileSync(path.join(folder, "name"), "one");
      const again = await begin(root, folder);
      if (again.how !== "reused") throw new Error(again.how);
      expect(again.record.status).toBe("done");
      expect(await openStore(root).runs.loadRecord(again.started.request.run)).toEqual(again.record);
      expect(await openStore(root).runs.load(again.started.request.run)).toMatchObject(again.started);
    }
  });

  test("one is paused and goes on, one is cancelled, by others of this process", async () => {
    const [paused, cancelled] = [waiting("paused"), waiting("cancelled")];
    const [first, second] = [(await begin(root, paused)).started, (await begin(root, cancelled)).started];
    const following = [first, second].map(({ request }) => followRun(openStore(root), request));
    await until(() => [paused, cancelled].every((folder) => begun(folder) !== ""));

    expect(await pauseRun(openStore(root), first.request.run)).toEqual({
      run: first.request.run,
      record: undefined,
    });
    expect(await following[0]).toBe("paused");
    expect(
      (await lookAtRun(openStore(root), (await openStore(root).runs.load(first.request.run))!)).standing,
    ).toBe("paused");

    expect(await cancelRun(openStore(root), second.request.run)).toMatchObject({ status: "cancelled" });
    expect(await following[1]).toBe("over");
    await expect(cancelRun(openStore(root), second.request.run)).rejects.toMatchObject({
      refusal: { why: "run-over", status: "cancelled" },
    });

    go(paused);
    const next = await continueRun(openStore(root), (await openStore(root).runs.load(first.request.run))!, {
      folder: base,
    });
    expect(await followRun(openStore(root), next.request)).toBe("over");
    expect(begun(paused)).toBe(`${paused}\n${paused}\n`);
    expect((await openStore(root).runs.loadRecord(first.request.run))!.status).toBe("done");
    await expect(continueRun(openStore(root), next, { folder: base })).rejects.toMatchObject({
      refusal: { why: "run-done", run: first.request.run },
    });
  });

  test("both are left, found unfinished in their own folders, and finished by one that serves the store", async () => {
    const [left, right] = [waiting("left"), waiting("right")];
    writeFileSync(path.join(right, "name"), "left");
    const stop = new AbortController();
    const runs = [(await begin(root, left)).started, (await begin(root, right)).started];
    const following = runs.map(({ request }) =>
      followRun(openStore(root), request, { interrupt: stop.signal }),
    );
    // They have one step in common, which only one of them works on.
    await until(() => begun(left) + begun(right) !== "");
    stop.abort();
    expect(await Promise.all(following)).toEqual(["interrupted", "interrupted"]);
    expect(await begin(root, right)).toMatchObject({ how: "goes-on", started: { folder: right } });

    const served: string[] = [];
    const done = new AbortController();
    const serving = serveRuns(openStore(root), {
      stop: done.signal,
      tell: (told) => void served.push(told.says === "ready" ? told.says : told.run),
    });
    go(left);
    go(right);
    await until(() =>
      runs.every(({ request }) => existsSync(path.join(home.run(root, request.run), "record.json"))),
    );
    done.abort();
    await serving;
    expect(served[0]).toBe("ready");
    expect(served.slice(1).sort()).toEqual(runs.map(({ request }) => request.run).sort());
    for (const folder of [left, right]) expect(begun(folder).replaceAll(`${folder}\n`, "")).toBe("");
  });
});
