import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { isDiskFull, saysDiskFull } from "../../core/disk.ts";
import { reprise, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

function recipeOf(script: string) {
  const folder = temporaryFolder();
  stopServerAfterwards(folder);
  const argv = JSON.stringify(["sh", "-c", script]);
  writeFileSync(
    path.join(folder, "r.yaml"),
    `recipe: 1\nname: quota\nsteps:\n  a: { uses: run/command, retry: { attempts: 3, backoff: 1s }, with: { argv: ${argv} } }\n`,
  );
  return folder;
}

test.each([
  "cp: error writing 'x': Disk quota exceeded",
  "OSError: [Errno 122] Kontingent",
  "No space left on device",
])(
  "a program that says '%s' met a full disk: it is not tried again, and the exit code is 5",
  async (words) => {
    const folder = recipeOf(`echo try >> tries; echo "${words}" >&2; exit 1`);
    const ended = await reprise(folder, ["run", "r.yaml"]);
    expect(ended.stdout).toContain("The step 'a' failed [disk]: The disk is full.");
    expect(ended.code).toBe(5);
    expect(readFileSync(path.join(folder, "tries"), "utf8")).toBe("try\n");
  },
);

test("a quota that Reprise itself meets is a full disk, before a run and at its end", async () => {
  const folder = recipeOf("touch used-up");
  const used = path.join(folder, "used-up");
  const preload = pathToFileURL(path.join(packageRoot, "tests", "support", "quota.mjs")).href;
  const env = { NODE_OPTIONS: `--import ${preload}`, QUOTA_USED_UP: used };
  const ended = await reprise(folder, ["run", "r.yaml"], env);
  expect(ended.stderr).toContain("The disk is full. Make room and run again");
  expect(ended.stderr).not.toContain("Unexpected");
  expect(ended.code).toBe(5);
  expect(await reprise(folder, ["run", "r.yaml", "--json"], env)).toMatchObject({ code: 5 });
  rmSync(used);
  expect((await reprise(folder, ["run", "r.yaml"])).code).toBe(0);
});

test("a full disk is known behind other errors too", () => {
  const full = Object.assign(new Error("write"), { code: "ENOSPC" });
  expect(isDiskFull(new Error("the file cannot be written", { cause: full }))).toBe(true);
  expect(isDiskFull(Object.assign(new Error("write"), { code: "EACCES" }))).toBe(false);
  expect(saysDiskFull("RuntimeError: [enforce fail at x.cc:1] failed (os error 122)")).toBe(true);
  expect(saysDiskFull("the quota of 5 questions")).toBe(false);
});
