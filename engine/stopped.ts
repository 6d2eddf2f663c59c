import { rm } from "node:fs/promises";
import path from "node:path";
import { readJsonIfWhole, writeJson } from "../store/files.ts";
import { home } from "../store/home.ts";

const fileOf = (root: string): string => path.join(home.server(root), "stopped.json");

/** Notes that somebody wants the server of a store to be down: sessions do not start it again. */
export const noteStopped = (root: string): Promise<void> =>
  writeJson(fileOf(root), { time: new Date().toISOString() });

export const isStopped = async (root: string): Promise<boolean> =>
  (await readJsonIfWhole<{ time: string }>(fileOf(root), "time")) !== undefined;

/** The server is wanted again. A place that is no folder holds no note; whoever starts a server there says what is wrong. */
export const forgetStopped = (root: string): Promise<void> =>
  rm(fileOf(root), { force: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOTDIR") throw error;
  });
