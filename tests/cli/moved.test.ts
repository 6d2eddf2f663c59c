import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { isAlive, type ProcessIdentity } from "../../store/processes.ts";
import { reprise, start } from "../support/cli.ts";
import { afterwards, temporaryFolder } from "../support/folders.ts";

/** A project in a folder of its own, and a place for another one; their servers are stopped afterwards. */
function project() {
  const base = temporaryFolder();
  const [folder, other] = [path.join(base, "project"), path.join(base, "other")];
  mkdirSync(folder);
  writeFileSync(path.join(folder, "data"), "1");
  const step = (id: string, script: string, needs: string) =>
    `  ${id}: ${JSON.stringify({ uses: "run/command", needs: needs === "" ? [] : [needs], with: { argv: ["sh", "-c", script], inputs: { d: "${{ inputs.d }}" }, outputs: { o: "path" } } })}`;
  const recipe = [
    "recipe: 1\nname: moved\ninputs: { d: { type: path, path: data } }\nsteps:",
    step("a", 'echo a >> begun; cat "$REPRISE_INPUT_D" > "$REPRISE_OUTPUT_O/x"', ""),
    step(
      "b",
      'echo b >> begun; test -e go || sleep 300; cat "$REPRISE_INPUT_D" > "$REPRISE_OUTPUT_O/x"',
      "a",
    ),
  ];
  writeFileSync(path.join(folder, "r.yaml"), `${recipe.join("\n")}\n`);
  for (const place of [folder, other])
    afterwards(() => (existsSync(place) ? reprise(place, ["down"]) : undefined));
  return { folder, other };
}

const serverOf = (folder: string) =>
  JSON.parse(readFileSync(path.join(folder, ".reprise/server/server.json"), "utf8")) as {
    process: ProcessIdentity;
    address: string;
  };

const begun = (folder: string): string =>
  existsSync(path.join(folder, "begun")) ? readFileSync(path.join(folder, "begun"), "utf8") : "";

/** Runs the recipe until its second step works; what is under way. */
async function untilB(folder: string) {
  const running = start(folder, ["run", "r.yaml"]);
  while (!begun(folder).includes("b")) await sleep(50);
  return { running };
}

/** Removes a folder's store, though a server writes there: what it put in a folder that was just emptied goes too. */
const removeStore = (folder: string): void =>
  rmSync(path.join(folder, ".reprise"), { recursive: true, force: true, maxRetries: 10 });

async function interrupted(folder: string) {
  const { running } = await untilB(folder);
  running.kill("SIGINT");
  expect((await running).exitCode).toBe(130);
}

const settled = async (condition: () => boolean, milliseconds = 15_000): Promise<boolean> => {
  for (let waited = 0; waited < milliseconds && !condition(); waited += 100) await sleep(100);
  return condition();
};

describe("a folder that was moved", { timeout: 240_000 }, () => {
  test("goes on with its run where it is now, with its inputs, and leaves nothing at the old place", async () => {
    const { folder, other } = project();
    await interrupted(folder);
    const { process: server } = serverOf(folder);
    renameSync(folder, other);
    writeFileSync(path.join(other, "go"), "");
    const [run] = readdirSync(path.join(other, ".reprise/runs"));
    expect(readFileSync(path.join(other, ".reprise/runs", run!, "run.json"), "utf8")).not.toContain(folder);
    const ended = await reprise(other, ["run", "r.yaml"]);
    expect(ended.stdout).toContain(`Going on with run ${run}.`);
    expect(ended.code).toBe(0);
    expect(begun(other)).toBe("a\nb\nb\n");
    expect(existsSync(folder)).toBe(false);
    // The server whose folder went away ends by itself.
    expect(await settled(() => !isAlive(server))).toBe(true);
    expect(isAlive(serverOf(other).process)).toBe(true);
  });
});

describe("a copy of a folder that is at work", { timeout: 240_000 }, () => {
  test("has a server of its own, goes on with its own run, and cannot stop the original's", async () => {
    const { folder, other } = project();
    const { running } = await untilB(folder);
    cpSync(folder, other, { recursive: true, filter: (place) => !/\.(?:lock|partial)$/.test(place) });
    const original = serverOf(folder);
    expect((await reprise(other, ["down"])).stdout).toBe("No server of this folder was running.");
    expect(isAlive(original.process)).toBe(true);
    writeFileSync(path.join(other, "go"), "");
    const copy = await reprise(other, ["run", "r.yaml"]);
    expect(copy.code).toBe(0);
    expect(serverOf(other).address).not.toBe(original.address);
    const [run] = readdirSync(path.join(folder, ".reprise/runs"));
    const record = (place: string) => existsSync(path.join(place, ".reprise/runs", run!, "record.json"));
    expect([record(other), record(folder)]).toEqual([true, false]);
    expect((await reprise(other, ["down"])).stdout).toContain("The server is stopped");
    // The original has worked on all the while.
    expect(begun(folder)).toBe("a\nb\n");
    running.kill("SIGINT");
    expect((await running).exitCode).toBe(130);
    writeFileSync(path.join(folder, "go"), "");
    expect((await reprise(folder, ["run", "r.yaml"])).code).toBe(0);
    expect(serverOf(folder)).toEqual(original);
    expect([begun(folder), begun(other)]).toEqual(["a\nb\nb\n", "a\nb\nb\n"]);
  });
});

describe("a copy beside a server of somebody else", { timeout: 240_000 }, () => {
  test("does not go on with the original's run, but starts anew", async () => {
    const { folder, other } = project();
    const elsewhere = temporaryFolder();
    afterwards(() => reprise(elsewhere, ["down"]));
    await reprise(elsewhere, ["up"]);
    const env = { TEMPORAL_ADDRESS: serverOf(elsewhere).address };
    const running = start(folder, ["run", "r.yaml"], env);
    while (!begun(folder).includes("b")) await sleep(50);
    running.kill("SIGINT");
    await running;
    cpSync(folder, other, { recursive: true });
    writeFileSync(path.join(other, "go"), "");
    const refused = await reprise(other, ["run", "r.yaml"], env);
    expect(refused.stderr).toContain(
      `open for '${folder}/.reprise', and this is '${other}/.reprise': a folder that was moved or copied`,
    );
    expect(refused.code).toBe(5);
    expect((await reprise(other, ["run", "r.yaml", "--new"], env)).code).toBe(0);
    writeFileSync(path.join(folder, "go"), "");
    expect((await reprise(folder, ["run", "r.yaml"], env)).code).toBe(0);
    expect([begun(folder), begun(other)]).toEqual(["a\nb\nb\n", "a\nb\nb\n"]);
  });
});

describe("a folder that is removed", { timeout: 240_000 }, () => {
  test("takes its server with it, also when it is made again at once", async () => {
    const { folder } = project();
    const servers: ProcessIdentity[] = [];
    for (let time = 0; time < 2; time++) {
      removeStore(folder);
      expect((await reprise(folder, ["up"])).code).toBe(0);
      servers.push(serverOf(folder).process);
    }
    expect(await settled(() => !isAlive(servers[0]!))).toBe(true);
    await sleep(3_000);
    expect(isAlive(servers[1]!)).toBe(true);
    removeStore(folder);
    expect(await settled(() => !isAlive(servers[1]!))).toBe(true);
  });

  test("ends the run that worked there with a sentence, and its server; then all begins anew", async () => {
    const { folder } = project();
    const { running } = await untilB(folder);
    const { process: server } = serverOf(folder);
    removeStore(folder);
    const ended = await running;
    expect(ended.stderr).toMatch(
      /^The folder '.*\.reprise\/server' was removed or moved while it was in use\./m,
    );
    expect(ended.exitCode).toBe(5);
    expect(await settled(() => !isAlive(server))).toBe(true);
    writeFileSync(path.join(folder, "go"), "");
    expect((await reprise(folder, ["run", "r.yaml"])).code).toBe(0);
  });

  test("whose server died is looked after no longer", async () => {
    const { folder } = project();
    await reprise(folder, ["up"]);
    const { process: server } = serverOf(folder);
    expect(watchersOf(server.pid)).toHaveLength(1);
    process.kill(server.pid, "SIGKILL");
    expect(await settled(() => watchersOf(server.pid).length === 0)).toBe(true);
    await reprise(folder, ["up"]);
    const next = serverOf(folder).process;
    expect(watchersOf(next.pid)).toHaveLength(1);
    expect((await reprise(folder, ["down"])).code).toBe(0);
    expect(await settled(() => watchersOf(next.pid).length === 0, 1_000)).toBe(true);
  });
});

/** Pids of the processes that look after a server. */
const watchersOf = (server: number): string[] =>
  readdirSync("/proc").filter((pid) => {
    try {
      return (
        /^[0-9]+$/.test(pid) &&
        readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`server-watch\0${server}\0`)
      );
    } catch {
      return false;
    }
  });
