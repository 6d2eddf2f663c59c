import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { packageRoot, trainerFolder } from "../../core/package-root.ts";
import { PYTHON_ENVIRONMENT, requireTool } from "../../host/toolchain.ts";
import type { TrainerEvent } from "../../schemas/generated/trainer-event.ts";
import type { HostRequest } from "../../programs/warm/python-host.ts";
import { readJsonLines } from "../../store/files.ts";

/** What asks for a host whose libraries are stood in for; `how` it loads them (no-libraries/sitecustomize.py). */
export const standIn = (how = "", more: Record<string, string> = {}): HostRequest => ({
  python: requireTool("python"),
  environment: {
    ...{ PATH: process.env["PATH"]!, OPENBLAS_NUM_THREADS: "1", PYTHONUNBUFFERED: "1" },
    ...PYTHON_ENVIRONMENT,
    PYTHONPATH: [path.join(packageRoot, "tests", "support", "no-libraries"), trainerFolder].join(":"),
    ...(how === "" ? {} : { STAND_IN: how }),
    ...more,
  },
  reproducible: "fastest",
});

/** What a step's process saw of itself. */
export interface Facts {
  pid: number;
  parent: number;
  group: number;
  session: number;
  folder: string;
  umask: number;
  nice: number;
  variables: Record<string, string>;
  shown: string[];
  command: string[];
  arguments: string[];
  path: string;
  input: string;
  files: string[];
  handlers: Record<string, string>;
  blocked: string[];
  /** Whether Python looks for objects that nobody holds any more. */
  collects: boolean;
  random: number[];
}

/** A job of a stand-in's kind, in a folder; `params` say what it does. */
export function standInJob(folder: string, name: string, params: object) {
  const file = path.join(folder, `${name}.json`);
  const events = path.join(folder, `${name}.events`);
  const result = path.join(folder, `${name}.result`);
  writeFileSync(
    file,
    JSON.stringify({
      ...{
        kind: "eval/open",
        params,
        inputs: {},
        outputs: {},
        events,
        result,
        seed: 0,
        threads: 1,
        beside: false,
      },
      checkpoints: {
        ...{ directory: folder, every_steps: 1, every_seconds: null, keep: 1 },
        ...{ key: "k", fields: {}, inexact: [], resume: null },
      },
      reproducible: "fastest",
    }),
  );
  const said = async (): Promise<string[]> =>
    (await readJsonLines<TrainerEvent>(events)).flatMap((event) =>
      event.event === "message" ? [event.text] : [],
    );
  return {
    ...{ file, events, result, log: path.join(folder, `${name}.log`), said },
    facts: async () => JSON.parse((await said())[0]!) as Facts,
    wrote: () => readFileSync(path.join(folder, `${name}.log`), "utf8"),
  };
}
