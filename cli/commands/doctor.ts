import { statfs } from "node:fs/promises";
import os from "node:os";
import { colours } from "../colours.ts";
import { describeEnvironment, firstLine } from "../../host/environment.ts";
import { findToolchain, lacksCuda } from "../../host/toolchain.ts";
import { EXIT } from "../errors.ts";
import { say, sayJson } from "../output.ts";
import { missingOf, setUp } from "../set-up.ts";
import { checkStore } from "../store-check.ts";
import { storeHere } from "../store-here.ts";
import { drawTable } from "../table.ts";
import type { Store } from "../../store/store.ts";

interface Check {
  name: string;
  ok: boolean;
  found: string;
  advice: string;
}

const SETUP = "run 'reprise setup'";

/** Lists what a run needs on this machine, each ok or with what to do. */
export async function doctor({
  json = false,
  replay = false,
}: {
  json?: boolean;
  replay?: boolean;
}): Promise<number> {
  const store = storeHere();
  if (replay) return replayOpenRuns(store, json);
  const missing = missingOf(["python", "server"]);
  if (missing.length > 0) await setUp(missing, { kept: true });
  const { findServer } = await import("../../engine/server.ts");
  const tools = findToolchain();
  const [environment, server, binary, python] = await Promise.all([
    describeEnvironment(store),
    findServer(store),
    firstLine(tools.server, ["--version"]),
    firstLine(tools.python, ["--version"]),
  ]);
  const disk = await statfs(process.cwd());
  const freeGb = (disk.bavail * disk.bsize) / 1e9;
  const memory = os.totalmem() / 1e9;
  const serverFound =
    server.state === "external"
      ? `${server.address}, from TEMPORAL_ADDRESS`
      : [
          ...(tools.server === null ? ["not found"] : [binary.line ?? "does not answer", tools.server]),
          ...(server.state === "running" ? [`runs at ${server.address}`] : []),
          ...(server.state !== "running" && tools.server !== null ? ["starts when needed"] : []),
        ].join(", ");
  const checks: Check[] = [
    { name: "Node", ok: true, found: process.version, advice: "" },
    {
      name: "Python environment",
      ok: python.line !== null && !lacksCuda(tools),
      found: [
        python.line ?? "not found",
        tools.python,
        tools.cuda === false ? "without CUDA's packages" : null,
      ]
        .filter((part) => part !== null)
        .join(", "),
      advice: SETUP,
    },
    {
      name: "ffmpeg",
      ok: environment.ffmpeg !== null,
      found: environment.ffmpeg ?? "not found",
      advice: `${SETUP}, or set REPRISE_FFMPEG`,
    },
    {
      name: "Temporal server",
      ok: server.state === "external" || binary.line !== null,
      found: serverFound,
      advice: `${SETUP}, or set TEMPORAL_ADDRESS`,
    },
    await checkStore(store),
    {
      name: "disk",
      ok: freeGb > 5,
      found: `${freeGb.toFixed(0)} GB free`,
      advice: "make room: the demo takes about 1 GB, a 7B model about 100 GB",
    },
    { name: "memory", ok: memory > 3, found: `${memory.toFixed(1)} GB`, advice: "the demo needs 3 GB" },
    {
      name: "GPU",
      ok: true,
      found:
        environment.gpus.join(", ") ||
        environment.unanswered?.find((said) => said.startsWith("nvidia-smi")) ||
        "none: the demo runs on the CPU, 'recipes/st-r1.yaml' needs GPUs",
      advice: "",
    },
  ];
  const healthy = checks.every(({ ok }) => ok);
  if (json) sayJson({ ok: healthy, checks });
  else {
    const rows = checks.map(({ name, ok, found, advice }) => [
      ok ? colours.green("ok") : colours.red("missing"),
      name,
      ok ? found : `${found}: ${advice}`,
    ]);
    say(drawTable(["", "needed", "found"], rows));
  }
  return healthy ? EXIT.done : EXIT.missing;
}

/** Whether this version can go on with the runs that are open. */
async function replayOpenRuns(store: Store, json: boolean): Promise<number> {
  const { Session } = await import("../../engine/session.ts");
  const { replay } = await import("../../engine/replay.ts");
  const session = await Session.open(store, findToolchain().server);
  const runs: { run: string; ok: boolean; found: string }[] = [];
  try {
    for (const run of await store.runs.listOpen()) {
      const handle = (await session.attach(run))?.handle;
      if (handle === undefined) {
        if (!(await session.knows(run)))
          runs.push({ run, ok: true, found: "from the store: the server does not know it" });
        continue;
      }
      const found = await replay(await handle.fetchHistory(), run);
      runs.push({ run, ok: found === null, found: found ?? "" });
    }
  } finally {
    await session.close();
  }
  if (json) sayJson({ ok: runs.every(({ ok }) => ok), runs });
  else if (runs.length === 0) say("No run is open.");
  for (const { run, ok, found } of json ? [] : runs)
    say(
      ok
        ? `${colours.green("ok")} ${run} can go on${found === "" ? "" : `, ${found}`}`
        : `${colours.red("no")} ${run} cannot go on: ${found}. Cancel it and run it again: what is finished is reused.`,
    );
  return runs.every(({ ok }) => ok) ? EXIT.done : EXIT.failed;
}
