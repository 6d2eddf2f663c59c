import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import type * as connection from "../../engine/connection.ts";
import { connectClient } from "../../engine/connection.ts";
import { lastServer } from "../../engine/server-file.ts";
import { Session } from "../../engine/session.ts";
import { findToolchain } from "../../host/toolchain.ts";
import { signalGroup } from "../../store/processes.ts";
import { openStore, type Store } from "../../store/store.ts";
import { stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

vi.mock("../../engine/connection.ts", async (load) => {
  const real = await load<typeof connection>();
  return { ...real, connectClient: vi.fn(real.connectClient) };
});

function folder(): Store {
  const place = temporaryFolder();
  stopServerAfterwards(place);
  return openStore(path.join(place, ".reprise"));
}

const { server: BINARY } = findToolchain();

async function kill(store: Store): Promise<void> {
  const server = await lastServer(store);
  signalGroup(server!.process.pid, "SIGKILL");
}

async function seen<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(5);
  }
}

describe("a server that dies", { timeout: 90_000 }, () => {
  test("before a session is connected is begun again", async () => {
    const store = folder();
    const really = vi.mocked(connectClient).getMockImplementation()!;
    vi.mocked(connectClient).mockImplementationOnce(async (wanted) => {
      await kill(store);
      return really(wanted);
    });
    const session = await Session.open(store, BINARY);
    expect(await session.knows("none")).toBe(false);
    await session.close();
  });

  test("while it starts is begun again, for all who wait for it", async () => {
    const store = folder();
    const sessions = [Session.open(store, BINARY), Session.open(store, BINARY)];
    const first = await seen(() => lastServer(store));
    signalGroup(first.process.pid, "SIGKILL");
    const [one, other] = await Promise.all(sessions);
    expect(one!.address).toBe(other!.address);
    expect((await lastServer(store))?.process).not.toEqual(first.process);
    await Promise.all([one!.close(), other!.close()]);
  });

  test("again and again is given up, with what ended it", async () => {
    const store = folder();
    const program = path.join(path.dirname(store.place), "temporal");
    writeFileSync(
      program,
      '#!/bin/sh\n[ "$1" = --version ] && exec echo "Server 1.2.3"\necho begun >> "$0.begun"\nkill -9 $$\n',
      { mode: 0o755 },
    );
    await expect(Session.open(store, program)).rejects.toThrow(
      /^The Temporal server was ended while it started \(SIGKILL\)\. Its log: .*log\.txt$/,
    );
    expect(readFileSync(`${program}.begun`, "utf8")).toBe("begun\n".repeat(3));
  });

  test("before a worker is there is begun again, and the worker comes", async () => {
    const store = folder();
    const session = await Session.open(store, BINARY);
    await kill(store);
    await session.work("none", store.runs.files("none").engineLog);
    expect(await store.local.liveWorkers("none")).toHaveLength(1);
    expect((await lastServer(store))?.address).toBe(session.address);
    await session.close();
    expect(await store.local.liveWorkers("none")).toEqual([]);
  });
});
