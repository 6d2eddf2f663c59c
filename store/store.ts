import path from "node:path";
import * as artifacts from "./artifacts.ts";
import * as cache from "./cache.ts";
import { collect } from "./collect.ts";
import * as finished from "./finished-steps.ts";
import { forgetWorkers } from "./forget-workers.ts";
import { filesOfGitops } from "./gitops-files.ts";
import { home } from "./home.ts";
import { digestOfInput } from "./inputs.ts";
import { withStoreLock } from "./lock.ts";
import { isOpen, OpenRuns } from "./open-runs.ts";
import * as runs from "./runs.ts";
import * as workers from "./workers.ts";
import * as works from "./works.ts";

/** What a working folder keeps, opened once and passed on: nobody else builds a path in it. */
export type Store = ReturnType<typeof openStore>;

/** The `.reprise/` of a folder or of the nearest one above that has one, or where REPRISE_HOME says. */
export const findStore = (folder: string, environment: NodeJS.ProcessEnv): Store =>
  openStore(home.find(folder, environment));

/** The store in a folder, which need not be there yet. Methods of `local` are about what only this machine can have. */
export const openStore = (root: string) => ({
  /** Absolute path, for people and for commands that are started; not to build paths with. */
  place: root,
  artifacts: {
    /** Publishes a finished folder, which is moved. */
    put: at(root, artifacts.publish),
    /** Local path, to be read only, of an artifact's folder, or of its file where it is one file. */
    get: async (artifact: Parameters<typeof artifacts.pathOf>[1]): Promise<string> =>
      artifacts.pathOf(root, artifact),
    has: at(root, artifacts.isStored),
    /** What is wrong with it by sizes and times, or null. */
    defect: at(root, artifacts.defectOfArtifact),
    /** The same, by all of its content. */
    verify: at(root, artifacts.verifyArtifact),
    markDamaged: at(root, artifacts.markDamaged),
    touch: at(root, artifacts.touchArtifacts),
    bytes: at(root, artifacts.bytesOf),
    files: at(root, artifacts.filesOf),
  },
  /** Finished steps by their fingerprints. */
  results: {
    remember: at(root, finished.remember),
    recall: at(root, finished.recall),
    load: at(root, finished.loadFinished),
  },
  cache: {
    list: at(root, cache.listCache),
    remove: at(root, cache.removeFromCache),
    verify: at(root, cache.verifyCache),
    collect: at(root, collect),
  },
  inputs: { digest: at(root, digestOfInput) },
  environments: { file: at(root, home.environment) },
  gitops: filesOfGitops(home.gitops(root)),
  runs: {
    list: at(root, runs.listRuns),
    listOf: at(root, runs.listRunsOf),
    listOpen: at(root, runs.openRuns),
    isOpen: at(root, isOpen),
    follow: () => new OpenRuns(root),
    save: at(root, runs.saveRun),
    load: at(root, runs.loadRun),
    setPaused: at(root, runs.setPaused),
    loadRecord: at(root, runs.loadRecord),
    recordDefects: at(root, runs.recordDefects),
    readOutcome: at(root, runs.readOutcome),
    loadOutcome: at(root, runs.loadOutcome),
    /** Where a run's files are. */
    files: (run: string) => filesOfRun(root, run),
    /** Where the files of a step of a run are. */
    step: (run: string, step: string) => filesOfStep(home.step(root, run, step)),
    /** The log or the events that a record names: their path counts from the record's folder. */
    trace: (run: string, file: string) => path.join(home.run(root, run), file),
  },
  works: {
    note: at(root, works.noteWork),
    about: at(root, works.workOf),
    list: at(root, works.listWorks),
    refusedElsewhere: at(root, works.refusedElsewhere),
    checkpoints: at(root, works.checkpointsOf),
  },
  /** Of this machine: programs live in these folders, and processes are looked at. */
  local: {
    /** Where a step works. */
    work: (key: string) => filesOfWork(home.work(root, key)),
    server: filesOfServer(home.server(root)),
    runs: home.runs(root),
    locked: <T>(work: () => Promise<T>): Promise<T> => withStoreLock(root, work),
    announceWorker: at(root, workers.announceWorker),
    liveWorkers: at(root, workers.liveWorkers),
    surelyLiveWorkers: at(root, workers.surelyLiveWorkers),
    mostGpusOfWorkers: at(root, workers.mostGpusOfWorkers),
    forgetWorkers: at(root, forgetWorkers),
  },
});

const filesOfRun = (root: string, run: string) => ({
  folder: home.run(root, run),
  run: runs.runFile(root, run),
  record: runs.recordFile(root, run),
  report: runs.reportFile(root, run),
  engineLog: path.join(home.run(root, run), "engine.log"),
  detachedLog: path.join(home.run(root, run), "detached.log"),
  earlier: path.join(home.run(root, run), "earlier"),
});

const filesOfServer = (folder: string) => ({
  folder,
  state: path.join(folder, "server.json"),
  place: path.join(folder, "place.json"),
  stopped: path.join(folder, "stopped.json"),
  log: path.join(folder, "log.txt"),
  database: (version: string) => path.join(folder, `temporal-${version}.db`),
});

const filesOfStep = (folder: string) => ({
  folder,
  events: path.join(folder, "events.jsonl"),
  log: path.join(folder, "log.txt"),
  fields: path.join(folder, "fields.json"),
  work: path.join(folder, "work.json"),
  outcome: path.join(folder, "outcome.json"),
});

const filesOfWork = (folder: string) => ({
  folder,
  /** Where its outputs are written before they are published. */
  out: path.join(folder, "out"),
});

/** A function of a store's folder, for one folder. */
function at<Rest extends unknown[], Result>(
  root: string,
  work: (root: string, ...rest: Rest) => Result,
): (...rest: Rest) => Result {
  return (...rest) => work(root, ...rest);
}
