import { rm } from "node:fs/promises";
import { readJsonIfWhole, writeJson } from "../store/files.ts";
import type { Store } from "../store/store.ts";

const fileOf = (store: Store): string => store.local.server.stopped;

/** Notes that somebody wants the server of a store to be down: sessions do not start it again. */
export const noteStopped = (store: Store): Promise<void> =>
  writeJson(fileOf(store), { time: new Date().toISOString() });

export const isStopped = async (store: Store): Promise<boolean> =>
  (await readJsonIfWhole<{ time: string }>(fileOf(store), "time")) !== undefined;

/** The server is wanted again. A place that is no folder holds no note; whoever starts a server there says what is wrong. */
export const forgetStopped = (store: Store): Promise<void> =>
  rm(fileOf(store), { force: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOTDIR") throw error;
  });
