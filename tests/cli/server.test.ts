import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { reprise, start, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

function storeOf() {
  const folder = temporaryFolder();
  stopServerAfterwards(folder);
  const server = path.join(folder, ".reprise", "server");
  const known = () =>
    JSON.parse(readFileSync(path.join(server, "server.json"), "utf8")) as {
      process: { pid: number };
      address: string;
    };
  const database = () =>
    path.join(
      server,
      readdirSync(server).find((name) => name.endsWith(".db"))!,
    );
  return { folder, server, known, database };
}

/** Kills a store's server, however often it is started again, and listens on its port. */
async function takePort(known: () => { process: { pid: number }; address: string }) {
  const port = portOf(known().address);
  for (;;) {
    try {
      process.kill(known().process.pid, "SIGKILL");
    } catch {
      // It is dead already.
    }
    const other = createServer();
    other.listen(port, "127.0.0.1");
    try {
      await once(other, "listening");
      return other;
    } catch {
      await sleep(5);
    }
  }
}

const portOf = (address: string) => Number(address.split(":").at(-1));

describe("the server", { timeout: 120_000 }, () => {
  test("starts at another port when its own was taken meanwhile", async () => {
    const { folder, known } = storeOf();
    await reprise(folder, ["up"]);
    const { address } = known();
    const other = await takePort(known);
    const again = await reprise(folder, ["up"]);
    other.close();
    expect(again.code).toBe(0);
    expect(portOf(known().address)).not.toBe(portOf(address));
  });

  test("whose port is taken in the middle of a run ends the run with a sentence; then it goes on", async () => {
    const { folder, known } = storeOf();
    const step = `{ uses: run/command, with: { argv: [sh, -c, "sleep 8; echo x > '{outputs.note}/x'"], outputs: { note: path } } }`;
    writeFileSync(path.join(folder, "slow.yaml"), `recipe: 1\nname: slow\nsteps:\n  a: ${step}\n`);
    const running = start(folder, ["run", "slow.yaml"]);
    const log = () => {
      const runs = path.join(folder, ".reprise", "runs");
      return existsSync(runs) && readdirSync(runs).some((run) => existsSync(path.join(runs, run, "a")));
    };
    while (!log()) await sleep(50);
    const other = await takePort(known);
    const ended = await running;
    other.close();
    expect(ended.stderr).toMatch(
      /^The Temporal server died, and another program has taken its port 127\.0\.0\.1:\d+\. The run is kept; run the command again\.$/m,
    );
    expect(ended.exitCode).toBe(5);
    expect(await reprise(folder, ["run", "slow.yaml"])).toMatchObject({ code: 0 });
  });

  test("whose starter died is started by the next command", async () => {
    const { folder } = storeOf();
    mkdirSync(path.join(folder, ".reprise", "server.lock"), { recursive: true });
    expect((await reprise(folder, ["up"])).code).toBe(0);
  });

  test("whose file is damaged says so at once, with its name", async () => {
    const { folder, database } = storeOf();
    await reprise(folder, ["up"]);
    await reprise(folder, ["down"]);
    const file = database();
    for (const suffix of ["-wal", "-shm"]) rmSync(file + suffix, { force: true });
    writeFileSync(file, Buffer.alloc(100_000, 7));
    const ended = await reprise(folder, ["up"]);
    expect(ended.code).toBe(5);
    expect(ended.stderr).toMatch(/The file '.*\.db' is damaged, or of another program\. Move it away/);
    expect(ended.stderr).toContain("file is not a database");
    rmSync(file);
    expect((await reprise(folder, ["up"])).code).toBe(0);
  });

  test("that has no place to write says which", async () => {
    const { folder } = storeOf();
    mkdirSync(path.join(folder, ".reprise"));
    writeFileSync(path.join(folder, ".reprise", "server"), "");
    const ended = await reprise(folder, ["up"]);
    expect(ended.code).toBe(5);
    expect(ended.stderr).toMatch(/'.*server' cannot be written \(EEXIST\)/);
  });

  test("that is no server says so", async () => {
    const { folder } = storeOf();
    const binary = path.join(folder, "temporal");
    writeFileSync(binary, "#!/bin/sh\necho not today >&2\nexit 1\n", { mode: 0o755 });
    const ended = await reprise(folder, ["up"], { REPRISE_SERVER: binary });
    expect(ended.code).toBe(5);
    expect(ended.stderr).toMatch(/'.*temporal' is no Temporal server: .*not today/);
  });

  test("is not started with a clock that went back", async () => {
    const { folder, database } = storeOf();
    await reprise(folder, ["up"]);
    await reprise(folder, ["down"]);
    const later = new Date(Date.now() + 3_600_000);
    utimesSync(database(), later, later);
    const ended = await reprise(folder, ["up"]);
    expect(ended.stderr).toMatch(/^The clock of this machine is wrong: it is 3\d\d\d s behind/);
    expect(ended.code).toBe(5);
  });
});

describe("a run whose server is no more", { timeout: 120_000 }, () => {
  /** Runs a recipe of a finished and an unfinished step up to the second one, and lets its server go. */
  async function interrupted() {
    const { folder, server, database } = storeOf();
    const argv = (script: string) => `argv: [sh, -c, "${script}"]`;
    const first = `{ uses: run/command, with: { ${argv(`echo begun >> '${folder}/count'; echo x > '{outputs.note}/x'`)}, outputs: { note: path } } }`;
    const second = `{ uses: run/command, with: { ${argv("test -e go || sleep 60")} }, needs: [a] }`;
    writeFileSync(
      path.join(folder, "two.yaml"),
      `recipe: 1\nname: two\nsteps:\n  a: ${first}\n  b: ${second}\n`,
    );
    const running = start(folder, ["run", "two.yaml"]);
    const runs = path.join(folder, ".reprise", "runs");
    while (!existsSync(runs) || !readdirSync(runs).some((run) => existsSync(path.join(runs, run, "b"))))
      await sleep(50);
    const file = database();
    running.kill("SIGINT");
    await running;
    await reprise(folder, ["down"]);
    writeFileSync(path.join(folder, "go"), "");
    return { folder, server, file };
  }

  test("because it is another version, says so and goes on from the store", async () => {
    const { folder, server, file } = await interrupted();
    renameSync(file, path.join(server, "temporal-1.29.1.db"));
    const ended = await reprise(folder, ["run", "two.yaml"]);
    expect(ended.stdout).toMatch(
      /^The server does not know this run\. It is Temporal [0-9.]+; the run may have begun on 1\.29\.1, whose file in '.*server' it cannot read\. The run goes on from the store: finished steps are reused, the others go on from their checkpoints\.$/m,
    );
    expect(ended.code).toBe(0);
    expect(readFileSync(path.join(folder, "count"), "utf8")).toBe("begun\n");
  });

  test("because its file is gone, is told by doctor and by a worker for all, and goes on", async () => {
    const { folder, file } = await interrupted();
    for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true });
    const doctor = await reprise(folder, ["doctor", "--replay"]);
    expect(doctor.stdout).toMatch(/^ok two-\S+ can go on, from the store: the server does not know it$/m);
    const worker = start(folder, ["worker"]);
    let said = "";
    worker.stdout.on("data", (data: Buffer) => (said += data.toString()));
    while (!said.includes("The server does not know two-")) await sleep(100);
    worker.kill("SIGTERM");
    await worker;
    const ended = await reprise(folder, ["run", "two.yaml"]);
    expect(ended.stdout).toMatch(/^The server does not know this run\. The run goes on from the store/m);
    expect(ended.code).toBe(0);
  });

  test("a run that is new or that the server knows is not said to be unknown", async () => {
    const { folder } = storeOf();
    writeFileSync(
      path.join(folder, "one.yaml"),
      "recipe: 1\nname: one\nsteps:\n  a: { uses: run/noop, with: { value: 1 } }\n",
    );
    const ended = await reprise(folder, ["run", "one.yaml"]);
    expect(ended.stdout).not.toContain("does not know");
    const again = await reprise(folder, ["retry", "last", "--from", "a"]);
    expect([again.code, again.stdout.includes("does not know")]).toEqual([0, false]);
  });
});
