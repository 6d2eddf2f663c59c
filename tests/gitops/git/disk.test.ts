import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { Mirror } from "../../../gitops/git/mirror.ts";
import { temporaryFolder } from "../../support/folders.ts";
import { BareRepository } from "../../support/git.ts";

const disk = path.join(temporaryFolder(), "disk");

/** A disk small enough to be filled; mounting one needs rights that not every machine gives. */
function mountSmallDisk(): boolean {
  mkdirSync(disk);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], { stdio: "ignore" });
    return true;
  } catch {
    console.warn("SKIPPED: no small disk can be mounted here, so no fetch meets a full one");
    return false;
  }
}
const mounted = mountSmallDisk();
afterAll(() => {
  if (mounted) execFileSync("umount", ["-l", disk]);
});

test.runIf(mounted)(
  "a fetch that meets a full disk says so, leaves nothing, and goes on later (14)",
  async () => {
    const repository = await BareRepository.make();
    const small = await repository.commit({ "a.txt": "a" });
    const noise = Buffer.from(Array.from({ length: 6_000_000 }, () => Math.floor(Math.random() * 256)));
    const large = await repository.commit({ "a.bin": noise }, { branch: "large" });
    const places = { mirror: path.join(disk, "mirror.git"), checkouts: path.join(disk, "checkouts") };
    const limits = { mirrorBytes: 100e6, checkoutBytes: 100e6, files: 100, fetchSeconds: 60 };
    const mirror = new Mirror(places as never, { url: repository.folder, token: null, sshKey: null }, limits);
    expect(await mirror.fetch({ "refs/heads/main": small })).toEqual([]);
    const error = await mirror.fetch({ "refs/heads/large": large }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ fault: "disk", passes: true });
    const packs = readdirSync(path.join(places.mirror, "objects", "pack"));
    expect(packs.filter((name) => name.startsWith("tmp_"))).toEqual([]);
    const next = await repository.commit({ "a.txt": "b" });
    expect(await mirror.fetch({ "refs/heads/main": next })).toEqual([]);
    expect((await mirror.commit(next)).files.size).toBe(1);
  },
);
