import { existsSync, unwatchFile, watchFile } from "node:fs";
import path from "node:path";
import { WorkflowFailedError } from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import type { Handle } from "../engine/runs.ts";
import { findServer } from "../engine/server.ts";
import { otherServers } from "../engine/server-file.ts";
import { Session } from "../engine/session.ts";
import type { RunRequest } from "../schemas/plan.ts";
import { home } from "../store/home.ts";
import { loadRecord, loadRun, runFile } from "../store/runs.ts";
import { EXIT, UserError } from "./errors.ts";
import { STOPPING } from "./stopping.ts";
import { showProgress, type ProgressView } from "./progress-view.ts";

type Ending = "over" | "interrupted" | "paused";

/**
 * Hosts a worker in this process and follows a run to its end. How it ended: `over` with a record; `interrupted` by
 * Ctrl-C, or `paused` from another terminal: then the run is kept. The first Ctrl-C stops gracefully, the second one
 * leaves at once.
 */
export async function runToEnd(
  root: string,
  request: RunRequest,
  server: string | null,
  stream: NodeJS.WriteStream,
): Promise<Ending> {
  const interruption = interruptions();
  let session: Session | undefined;
  let view: ProgressView | undefined;
  const end = (how: "paused" | "interrupted"): Ending => {
    const what = how === "paused" ? "The run is paused." : "Stopping; the run is kept.";
    stream.write(`\n${what} ${advice(request, how)}\n`);
    return how;
  };
  try {
    // A server that does not answer must not keep anybody from leaving.
    const opened = await Promise.race([Session.open(root, server), interruption.first]);
    if (opened === "interrupted") return end(opened);
    session = opened;
    const handle = await Promise.race([
      begin(session, root, request, stream),
      session.trouble,
      interruption.first,
    ]);
    if (handle instanceof Error) throw handle;
    if (handle === "over") return handle;
    if (handle === "paused" || handle === "interrupted") return end(handle);
    view = showProgress(root, request.run, request.plan, stream);
    const paused = whenPaused(root, request.run);
    const first = await Promise.race([
      session.resultOf(handle),
      session.trouble,
      interruption.first,
      paused.first,
    ]);
    paused.dispose();
    await view.close();
    view = undefined;
    if (first instanceof Error) throw first;
    if (first === "paused" || first === "interrupted") return end(first);
    // A failed or cancelled run says why in its record.
    if (first.error !== null && (await loadRecord(root, request.run)) === undefined)
      throw withoutRecord(first.error, request);
    return "over";
  } finally {
    await view?.close();
    await session?.close();
    interruption.dispose();
  }
}

/**
 * Starts a run's workflow, or goes on with it, and a worker for it. Not if another terminal has cancelled or paused the run
 * meanwhile: before the worker is there no program begins.
 */
async function begin(
  session: Session,
  root: string,
  request: RunRequest,
  stream: NodeJS.WriteStream,
): Promise<Handle | "over" | "paused"> {
  const { run } = request;
  const isOver = async () => (await loadRecord(root, run)) !== undefined;
  const isPaused = async () => (await loadRun(root, run))?.paused === true;
  const attached = await session.attach(run);
  if (attached !== undefined && attached.lost.length > 0)
    stream.write(`Taking over from a worker that is gone: ${attached.lost.join(", ")}.\n`);
  if (attached === undefined && (await isOver())) return "over";
  if (await isPaused()) return "paused";
  const log = path.join(home.run(root, run), "engine.log");
  if (existsSync(log) && !(await session.knows(run))) stream.write(await whyFromStore(root));
  const handle = attached?.handle ?? (await session.start(request));
  await session.ask(handle, (workflow) => workflow.signal("resume"));
  if (await isPaused()) {
    await session.ask(handle, (workflow) => workflow.signal("pause"));
    return "paused";
  }
  if (await isOver()) await session.ask(handle, (workflow) => workflow.cancel());
  await session.work(run, log);
  return handle;
}

const advice = ({ run, plan }: RunRequest, how: "paused" | "interrupted"): string =>
  how === "paused"
    ? `Go on with 'reprise resume ${run}'.`
    : `Go on with 'reprise run ${plan.recipe.path}', or end it with 'reprise cancel ${run}'. Ctrl-C again leaves at once.`;

/** Of a run that was begun on a server that is no more, or is not this one. */
async function whyFromStore(root: string): Promise<string> {
  const server = await findServer(root);
  const version = server.state === "running" ? server.version : null;
  const others = version === null ? [] : await otherServers(root, version);
  const why =
    others.length === 0
      ? ""
      : ` It is Temporal ${version}; the run may have begun on ${others.join(" or ")}, whose file in '${home.server(root)}' it cannot read.`;
  return `The server does not know this run.${why} The run goes on from the store: finished steps are reused, the others go on from their checkpoints.\n`;
}

/** A run whose record could not be written; nothing of it is lost. */
function withoutRecord(error: unknown, { plan }: RunRequest): unknown {
  const cause = error instanceof WorkflowFailedError ? rootCause(error) : null;
  if (!(cause instanceof ApplicationFailure)) return error;
  const exit = cause.type === "disk" || cause.type === "environment" ? EXIT.missing : EXIT.failed;
  return new UserError(
    exit,
    `${cause.message}\nThe run is kept: go on with 'reprise run ${plan.recipe.path}'.`,
  );
}

function rootCause(error: Error): unknown {
  let cause: unknown = error;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  return cause;
}

const LOOK_MS = 500;

/** Another terminal pauses a run; its file tells. */
function whenPaused(root: string, run: string): { first: Promise<"paused">; dispose: () => void } {
  let dispose = () => {};
  const first = new Promise<"paused">((resolve) => {
    const file = runFile(root, run);
    const look = () =>
      void loadRun(root, run)
        .then((started) => started?.paused === true && resolve("paused"))
        .catch(() => {});
    watchFile(file, { interval: LOOK_MS }, look);
    look();
    dispose = () => unwatchFile(file, look);
  });
  return { first, dispose: () => dispose() };
}

function interruptions(): { first: Promise<"interrupted">; dispose: () => void } {
  let count = 0;
  let dispose = () => {};
  const first = new Promise<"interrupted">((resolve) => {
    const onSignal = () => {
      count += 1;
      if (count > 1) process.exit(EXIT.interrupted);
      resolve("interrupted");
    };
    for (const signal of STOPPING) process.on(signal, onSignal);
    dispose = () => STOPPING.forEach((signal) => process.off(signal, onSignal));
  });
  return { first, dispose: () => dispose() };
}
