import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../activities/toolchain.ts";
import { temporaryFolder } from "../support/folders.ts";

const folder = temporaryFolder();
let count = 0;

/** Runs one part of the set-up in a process with the given PATH and an empty cache. */
async function part(name: "setUpPython" | "setUpServer", env: Record<string, string>) {
  const cache = path.join(folder, `cache-${count++}`);
  const file = path.join(
    packageRoot,
    "scripts",
    "setup",
    name === "setUpPython" ? "python.mjs" : "server.mjs",
  );
  const script = `import(${JSON.stringify(file)}).then((part) => part.${name}()).then((found) => console.log(JSON.stringify(found)), (error) => { console.error(error.message); process.exit(5); })`;
  const ended = await execa(process.execPath, ["-e", script], {
    env: { REPRISE_CACHE: cache, ...env },
    reject: false,
  });
  return { code: ended.exitCode, stdout: ended.stdout, stderr: ended.stderr, cache };
}

/** A folder for PATH with only the given system programs. */
function pathWith(...programs: string[]): string {
  const place = path.join(folder, `path-${count++}`);
  mkdirSync(place);
  for (const program of programs) {
    writeFileSync(path.join(place, program), `#!/bin/sh\nexec /usr/bin/${program} "$@"\n`);
    chmodSync(path.join(place, program), 0o755);
  }
  return place;
}

test("a machine without Python is told what to install", async () => {
  const { code, stderr } = await part("setUpPython", { PATH: pathWith() });
  expect(stderr).toMatch(
    /Neither uv nor a Python with pip was found\. Install Python >=3\.11,<3\.15 with pip/,
  );
  expect(code).toBe(5);
});

describe("the server", () => {
  const unreachable = { REPRISE_SERVER_DOWNLOADS: "http://127.0.0.1:9" };

  test("is not looked for when TEMPORAL_ADDRESS is set", async () => {
    const { stdout } = await part("setUpServer", { PATH: "", TEMPORAL_ADDRESS: "127.0.0.1:7233" });
    expect(JSON.parse(stdout)).toEqual({ server: null });
  });

  test("on PATH is taken", async () => {
    const place = pathWith();
    writeFileSync(path.join(place, "temporal"), "#!/bin/sh\necho temporal\n");
    chmodSync(path.join(place, "temporal"), 0o755);
    const { stdout } = await part("setUpServer", { PATH: `${place}:/usr/bin:/bin` });
    expect(JSON.parse(stdout)).toEqual({ server: path.join(place, "temporal") });
  });

  test("that can neither be downloaded nor built names both failures and what to do", async () => {
    const { code, stderr, cache } = await part("setUpServer", { PATH: pathWith(), ...unreachable });
    expect(stderr).toContain("download: 127.0.0.1:9 cannot be reached");
    expect(stderr).toContain("build: Go is not installed");
    expect(stderr).toMatch(/Install the Temporal CLI .* or Go 1\.25 or newer .*, or set TEMPORAL_ADDRESS/);
    expect(code).toBe(5);
    expect(readdirSync(cache)).toEqual([]);
  });

  test("is downloaded whole, and then found in the cache", async () => {
    const source = path.join(folder, "archive");
    mkdirSync(source);
    writeFileSync(path.join(source, "temporal"), "#!/bin/sh\necho temporal\n");
    chmodSync(path.join(source, "temporal"), 0o755);
    const { stdout: archive } = await execa("tar", ["-czf", "-", "-C", source, "temporal"], {
      encoding: "buffer",
    });
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url!);
      response.end(archive);
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const downloads = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const { stdout, cache } = await part("setUpServer", {
        PATH: pathWith("tar", "gzip"),
        REPRISE_SERVER_DOWNLOADS: downloads,
      });
      const { server: binary } = JSON.parse(stdout) as { server: string };
      expect(path.dirname(path.dirname(binary))).toBe(cache);
      expect(existsSync(binary)).toBe(true);
      expect(asked).toEqual([expect.stringMatching(/^\/v[0-9.]+\?platform=[a-z0-9]+&arch=(amd64|arm64)$/)]);
    } finally {
      server.close();
    }
  });

  test("that the download gives broken falls back to the build", async () => {
    const server = createServer((_, response) => response.end("no archive")).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const downloads = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const { stderr } = await part("setUpServer", {
        PATH: pathWith("tar", "gzip"),
        REPRISE_SERVER_DOWNLOADS: downloads,
      });
      expect(stderr).toMatch(/download: 'tar .*' failed/);
      expect(stderr).toContain("build: Go is not installed");
    } finally {
      server.close();
    }
  });
});

test("a checkout that is set up is left alone", async () => {
  const { stderr, exitCode } = await execa(process.execPath, ["scripts/setup.mjs"], {
    cwd: packageRoot,
    reject: false,
  });
  expect([exitCode, stderr]).toEqual([0, ""]);
});
