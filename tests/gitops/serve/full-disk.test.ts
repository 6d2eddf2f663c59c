import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { temporaryFolder } from "../../support/folders.ts";
import { Lab, noop, policy, recipe } from "../../support/gitops.ts";

const disk = path.join(temporaryFolder(), "disk");

/** A disk small enough to be filled; mounting one needs rights that not every machine gives. */
function mountSmallDisk(): boolean {
  mkdirSync(disk);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=100m", "tmpfs", disk], { stdio: "ignore" });
    return true;
  } catch {
    console.warn("SKIPPED: no small disk can be mounted here, so no server of GitOps meets a full one");
    return false;
  }
}
const mounted = mountSmallDisk();
afterAll(() => {
  if (mounted) execFileSync("umount", ["-l", disk]);
});

/** Takes all room that is left. */
function fill(file: string): void {
  const { bavail, bsize } = statfsSync(disk);
  for (let size = bavail * bsize; size >= 1; size = Math.floor(size / 2)) {
    try {
      writeFileSync(file, Buffer.alloc(size), { flag: "a" });
    } catch {
      // Less is left.
    }
  }
}

test.runIf(mounted)(
  "a push that meets a full disk is judged when there is room, and nothing is left open (14)",
  { timeout: 240_000 },
  async () => {
    const lab = await Lab.make({}, disk);
    void lab.serve();
    const first = await lab.repository.commit({
      ".reprise/gitops.yaml": policy(),
      "recipes/a.yaml": recipe("a", { one: noop(1) }),
    });
    await lab.until(first, "unclaimed");
    const filler = path.join(disk, "filler");
    fill(filler);
    const second = await lab.repository.commit({ "recipes/a.yaml": recipe("a", { one: noop(2) }) });
    for (let waited = 0; waited < 8; waited++) {
      fill(filler);
      await sleep(1_000);
    }
    expect((await lab.shown(second))?.state).not.toBe("unclaimed");
    rmSync(filler);
    // Where the server's database could not be written, whoever serves starts it anew; a serve that ended is started by systemd.
    const third = await lab.repository.commit({ "README.md": "more" });
    void lab.serve();
    await lab.until(third, ["unclaimed", "unaffected"], 180_000);
    // It may never have been seen: then the next push was its branch's head when there was room.
    const left = async () => (await lab.shown(second))?.state ?? "unseen";
    await expect.poll(left, { timeout: 60_000, interval: 500 }).toMatch(/^(?:unseen|unclaimed|superseded)$/);
  },
);
