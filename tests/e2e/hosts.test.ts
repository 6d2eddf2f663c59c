import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findToolchain } from "../../host/toolchain.ts";
import { SILENT_MS } from "../../store/presence.ts";
import { temporaryFolder } from "../support/folders.ts";
import { ADDRESS, threeHosts, whyNoHosts } from "../support/hosts.ts";

const missing = whyNoHosts();
if (missing !== null) console.warn(`SKIPPED: three hosts cannot be made here (${missing})`);

describe.skipIf(missing !== null)("three hosts of one name, with one store", { timeout: 400_000 }, () => {
  const folder = temporaryFolder();
  let server: TestWorkflowEnvironment | undefined;
  let hosts: ReturnType<typeof threeHosts> | undefined;
  let env: Record<string, string>;

  beforeAll(async () => {
    hosts = threeHosts();
    server = await TestWorkflowEnvironment.createLocal({
      server: { executable: { type: "existing-path", path: findToolchain().server! }, ip: "0.0.0.0" },
    });
    env = {
      TEMPORAL_ADDRESS: server.address.replace(/.*:/, `${ADDRESS}:`),
      REPRISE_HEARTBEAT_SECONDS: "5",
    };
  });
  afterAll(async () => {
    hosts?.remove();
    await server?.teardown();
  });

  /** A step that notes that it begins, and then does something. */
  const step = (name: string, after: string, then: string) =>
    `  ${name}: { uses: run/command, needs: [${after}], resources: { cpu: 0 }, with: { argv: [sh, -c, "echo ${name} >> begun.txt; ${then}"] } }\n`;
  const recipe = (name: string, steps: string) =>
    writeFileSync(path.join(folder, `${name}.yaml`), `recipe: 1\nname: ${name}\nsteps:\n${steps}`);
  const begun = (): string[] => {
    const file = path.join(folder, "begun.txt");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  };
  const begins = (name: string, times: number) =>
    expect.poll(() => begun().filter((other) => other === name).length, { timeout: 150_000 }).toBe(times);

  test("and clocks 10 minutes apart on both sides begin every step once", async () => {
    const names = ["a", "b", "c", "d", "e"];
    const needs: Record<string, string> = { c: "a, b", e: "c, d" };
    recipe("once", names.map((name) => step(name, needs[name] ?? "", "sleep 12")).join(""));
    const late = hosts!.on(1, -10, folder, ["run", "once.yaml", "--new"], env);
    await begins("a", 1);
    const helper = hosts!.on(2, 10, folder, ["worker"], env);
    const punctual = hosts!.on(3, 0, folder, ["run", "once.yaml", "--new"], env);
    const ended = await Promise.all([late, punctual]);
    helper.kill("SIGKILL");
    await helper;
    expect(ended.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual([
      [0, ""],
      [0, ""],
    ]);
    expect(begun().sort()).toEqual(names);
  });

  test.each([
    [-10, 10],
    [10, -10],
  ])(
    "one that dies is followed after a minute, whatever the clocks say (%i, %i)",
    async (clockOfOne, clockOfOther) => {
      const name = `dies${clockOfOne > 0 ? "ahead" : "behind"}`;
      const once = `[ -e ${name}.began ] || { touch ${name}.began; sleep 600; }`;
      recipe(name, step(name, "", once));
      const dying = hosts!.on(1, clockOfOne, folder, ["run", `${name}.yaml`, "--new"], env);
      await begins(name, 1);
      const waiting = hosts!.on(3, clockOfOther, folder, ["run", `${name}.yaml`, "--new"], env);
      // It waits for the step, and hears that its owner lives.
      await new Promise((next) => setTimeout(next, 25_000));
      expect(begun().filter((other) => other === name)).toHaveLength(1);
      dying.kill("SIGKILL");
      const died = performance.now();
      await dying;
      await begins(name, 2);
      const seconds = (performance.now() - died) / 1000;
      console.log(`followed ${seconds.toFixed(1)} s after it died`);
      expect((await waiting).exitCode).toBe(0);
      // Its last beat may be as old as the time between two.
      expect(seconds).toBeGreaterThan(SILENT_MS / 1000 - 12);
      expect(seconds).toBeLessThan(SILENT_MS / 1000 + 20);
    },
  );
});
