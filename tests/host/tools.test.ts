import { spawn } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { copyFileSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { installedPackages } from "../../host/installed-packages.ts";
import { findToolchain } from "../../host/toolchain.ts";
import { changedPackages, recallEnvironment, toolsForFingerprint } from "../../host/tools.ts";
import { temporaryFolder } from "../support/folders.ts";
import { openStore } from "../../store/store.ts";
import { cpuTime } from "../support/spent.ts";

const toolchain = findToolchain({});
const root = temporaryFolder();

afterEach(() => vi.unstubAllEnvs());

/** A folder of packages, each an empty dist-info folder. */
function packagesIn(folder: string, ...names: string[]): void {
  for (const name of names) mkdirSync(path.join(folder, name), { recursive: true });
}

describe("what is installed", () => {
  const folder = temporaryFolder();

  test("goes by the names of dist-info and egg-info folders, the first on the path first", () => {
    const [first, second] = [path.join(folder, "first"), path.join(folder, "second")];
    packagesIn(
      first,
      "Torch-2.15.0.dist-info",
      "flash_attn-2.8.1+cu13.dist-info",
      "pip-26.1.dist-info",
      "torch",
    );
    packagesIn(second, "torch-1.0.dist-info", "PyYAML-6.0.2-py3.11.egg-info");
    expect(installedPackages([first, path.join(folder, "absent"), second])).toEqual({
      "flash-attn": "2.8.1+cu13",
      pyyaml: "6.0.2",
      torch: "2.15.0",
    });
  });

  test("is asked for by name", () => {
    const place = path.join(folder, "named");
    packagesIn(place, "Torch-2.15.0.dist-info", "flash_attn-2.8.1.dist-info");
    expect(installedPackages([place], "flash-attn")).toEqual({ "flash-attn": "2.8.1" });
    expect(installedPackages([place], "absent")).toEqual({});
  });

  test("from a commit, is that commit", () => {
    const place = path.join(folder, "commit");
    packagesIn(place, "vllm-1.0.dist-info");
    const from = (commit: string) => {
      writeFileSync(
        path.join(place, "vllm-1.0.dist-info", "direct_url.json"),
        JSON.stringify({ url: "https://example.org/vllm", vcs_info: { vcs: "git", commit_id: commit } }),
      );
      return installedPackages([place])["vllm"];
    };
    expect(from("a1")).not.toBe(from("b2"));
  });
});

describe("a Python environment", () => {
  const folder = temporaryFolder();
  const python = path.join(folder, "bin", "python");
  const site = path.join(folder, "lib", "python3.11", "site-packages");
  const tools = () => toolsForFingerprint(openStore(root));

  beforeEach(() => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(path.dirname(python), { recursive: true });
    symlinkSync(toolchain.python!, python);
    writeFileSync(path.join(folder, "pyvenv.cfg"), "home = /somewhere\nversion_info = 3.11.9\n");
    packagesIn(site, "torch-2.15.0.dist-info", "triton-3.7.0.dist-info");
    vi.stubEnv("REPRISE_PYTHON", python);
  });

  test("is its packages, not its place", async () => {
    const before = await tools();
    const other = `${folder}-moved`;
    renameSync(folder, other);
    vi.stubEnv("REPRISE_PYTHON", path.join(other, "bin", "python"));
    expect(await tools()).toEqual(before);
    renameSync(other, folder);
  });

  test("is another one with a package beside the lock, or another version of one", async () => {
    const before = await tools();
    packagesIn(site, "deepspeed-0.18.0.dist-info");
    const more = await tools();
    expect(more.python).not.toBe(before.python);
    expect(changedPackages((await recallEnvironment(openStore(root), more.python))!, more.packages)).toEqual([
      "triton none -> 3.7.0",
    ]);
    rmSync(path.join(site, "deepspeed-0.18.0.dist-info"), { recursive: true });
    packagesIn(site, "deepspeed-0.18.1.dist-info");
    expect((await tools()).python).not.toBe(more.python);
  });

  test("tells what is used on a GPU alone by itself", async () => {
    const before = await tools();
    rmSync(path.join(site, "triton-3.7.0.dist-info"), { recursive: true });
    const without = await tools();
    expect(without.python).toBe(before.python);
    expect(without.cuda).not.toBe(before.cuda);
  });

  test("has what its .pth files name", async () => {
    const before = await tools();
    const beside = path.join(folder, "beside");
    packagesIn(beside, "vllm-1.0.dist-info");
    writeFileSync(path.join(site, "beside.pth"), `# packages of the machine\nimport sys\n${beside}\n`);
    expect((await tools()).packages["vllm"]).toBe("1.0");
    expect((await tools()).python).not.toBe(before.python);
  });

  test("with packages from outside is asked, once for each state", async () => {
    const place = path.join(folder, "outer");
    await execa(toolchain.python!, ["-m", "venv", "--without-pip", "--system-site-packages", place]);
    vi.stubEnv("REPRISE_PYTHON", path.join(place, "bin", "python"));
    const before = await tools();
    expect(before.packages).not.toHaveProperty("flash-attn");
    const library = path.join(place, "lib");
    const [name] = (await execa("ls", [library])).stdout.split("\n");
    packagesIn(path.join(library, name!, "site-packages"), "flash_attn-2.8.1.dist-info");
    const after = await tools();
    expect(after.packages["flash-attn"]).toBe("2.8.1");
    expect(after.python).not.toBe(before.python);
  }, 60_000);
});

describe("the set-up's own environment", () => {
  test("is read without starting Python, in a few milliseconds", async () => {
    vi.stubEnv("REPRISE_PYTHON", "");
    vi.stubEnv("REPRISE_FFMPEG", "");
    const nowhere = path.join(temporaryFolder(), "absent");
    const found = await toolsForFingerprint(openStore(nowhere));
    expect(found.packages["av"]).toMatch(/^[0-9.]+$/);
    expect(found.ffmpeg).toMatch(/^imageio-ffmpeg [0-9.]+$/);
    let started = 0;
    const count = () => (started += 1);
    subscribe("child_process", count);
    const spent = cpuTime();
    await toolsForFingerprint(openStore(nowhere));
    expect(spent()).toBeLessThan(50);
    expect(started).toBe(0);
    spawn("true");
    expect(started).toBe(1);
    unsubscribe("child_process", count);
  });
});

describe("another ffmpeg", () => {
  const folder = temporaryFolder();
  const file = path.join(folder, "ffmpeg");
  const wrapper = (comment: string) => `#!/bin/sh\n# ${comment}\nexec '${toolchain.ffmpeg!}' "$@"\n`;
  const print = async (place: string) => {
    vi.stubEnv("REPRISE_FFMPEG", place);
    return (await toolsForFingerprint(openStore(root))).ffmpeg;
  };

  test("is its bytes, wherever it stands and whenever it was put there", async () => {
    mkdirSync(root, { recursive: true });
    writeFileSync(file, wrapper("one"), { mode: 0o755 });
    const before = await print(file);
    const copy = path.join(folder, "copy");
    copyFileSync(file, copy);
    expect(await print(copy)).toBe(before);
    utimesSync(file, 1, 1);
    expect(await print(file)).toBe(before);
    writeFileSync(file, wrapper("two"), { mode: 0o755 });
    expect(await print(file)).not.toBe(before);
  }, 30_000);
});
