import path from "node:path";
import * as artifacts from "./artifacts.ts";
import { listCheckpoints, newestCheckpoint } from "./checkpoints.ts";
import { environmentsIn } from "./environments.ts";
import * as finished from "./finished-steps.ts";
import { folderObjects } from "./folder-objects.ts";
import { forgetWorkers } from "./forget-workers.ts";
import { filesOfGitops } from "./gitops-files.ts";
import { home } from "./home.ts";
import { digestOfInput } from "./inputs.ts";
import { keys } from "./keys.ts";
import { withStoreLock } from "./lock.ts";
import type { Objects } from "./objects.ts";
import { isOpen, OpenRuns, openRuns } from "./open-runs.ts";
import * as runs from "./runs.ts";
import { notesOfSteps, setAside } from "./step-notes.ts";
import * as workers from "./workers.ts";
import * as works from "./works.ts";

/** What a working folder keeps, opened once and passed on: nobody else builds a path in it. */
export type Store = ReturnType<typeof storeOver>;

/** The `.reprise/` of a folder or of the nearest one above that has one, or where REPRISE_HOME says. */
export const findStore = (folder: string, environment: NodeJS.ProcessEnv): Store =>
  openStore(home.find(folder, environment));

/** The store in a folder, which need not be there yet. */
export const openStore = (root: string): Store => storeOver(folderObjects(root), root);

/**
 * A store over what hosts share, with a folder of this machine. Methods of `local`, and all paths but an artifact's, are about
 * what only this machine has.
 */
export function storeOver(objects: Objects, root: string) {
  const store = { root, objects };
  return {
    /** Absolute path, for people and for commands that are started; not to build paths with. */
    place: root,
    /** Why what hosts share cannot be trusted, or null. */
    probe: async (): Promise<string | null> => (await import("./probe.ts")).probe(objects, root),
    artifacts: {
      /** Publishes a finished folder, which is moved. */
      put: at(objects, artifacts.publish),
      /** Local path, to be read only, of an artifact's folder, or of its file where it is one file. */
      get: at(objects, artifacts.pathOf),
      /** What is wrong with it by sizes and times, or null. */
      defect: at(objects, artifacts.defectOfArtifact),
      /** The same, by all of its content. */
      verify: at(objects, artifacts.verifyArtifact),
      markDamaged: at(objects, artifacts.markDamaged),
      touch: at(objects, artifacts.touchArtifacts),
      bytes: at(objects, artifacts.bytesOf),
      files: at(objects, artifacts.filesOf),
    },
    /** Finished steps by their fingerprints. */
    results: {
      remember: at(objects, finished.remember),
      recall: at(objects, finished.recall),
      load: at(objects, finished.loadFinished),
    },
    cache: {
      // Only `reprise cache` needs them.
      list: late(store, async () => (await import("./cache.ts")).listCache),
      remove: late(store, async () => (await import("./cache.ts")).removeFromCache),
      verify: late(objects, async () => (await import("./cache.ts")).verifyCache),
      collect: late(store, async () => (await import("./collect.ts")).collect),
    },
    inputs: { digest: at(objects, digestOfInput) },
    environments: environmentsIn(objects),
    gitops: filesOfGitops(home.gitops(root)),
    runs: {
      list: at(store, runs.listRuns),
      loadAll: at(store, runs.loadRuns),
      listOf: at(objects, runs.listRunsOf),
      listOpen: at(store, openRuns),
      isOpen: at(store, isOpen),
      /** Whether anything is there under a run's id. */
      isTaken: async (run: string): Promise<boolean> => (await objects.look(keys.run(run))) !== null,
      follow: () => new OpenRuns(store),
      save: at(store, runs.saveRun),
      /** Waits until a run that was noted soon is on the disk. */
      settle: (run: string): Promise<void> => objects.settle(keys.started(run)),
      load: at(store, runs.loadRun),
      /** Another one when a run was saved again; null of one that never was. */
      version: async (run: string): Promise<string | null> =>
        (await objects.look(keys.started(run)))?.version ?? null,
      setPaused: at(store, runs.setPaused),
      saveRecord: at(objects, runs.saveRecord),
      loadRecord: at(objects, runs.loadRecord),
      recordDefects: at(objects, runs.recordDefects),
      ...notesOfSteps(objects),
      setAside: at(objects, setAside),
      /** Where a run's files are, for people and for what this machine writes. */
      files: (run: string) => filesOfRun(home.run(root, run)),
      /** Where a step of a run writes on this machine. */
      step: (run: string, step: string) => filesOfStep(home.step(root, run, step)),
      /** The log or the events that a record names: their path counts from the record's folder. */
      trace: (run: string, file: string) => path.join(home.run(root, run), file),
    },
    works: {
      note: at(objects, works.noteWork),
      about: at(objects, works.workOf),
      list: at(objects, works.listWorks),
      refusedElsewhere: at(objects, works.refusedElsewhere),
      clear: at(store, works.clearWork),
      newestCheckpoint: at(objects, newestCheckpoint),
      listCheckpoints: at(objects, listCheckpoints),
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
  };
}

const filesOfRun = (folder: string) => ({
  folder,
  record: path.join(folder, "record.json"),
  report: path.join(folder, "report.html"),
  engineLog: path.join(folder, "engine.log"),
  detachedLog: path.join(folder, "detached.log"),
  earlier: path.join(folder, "earlier"),
});

const filesOfServer = (folder: string) => ({
  folder,
  state: path.join(folder, "server.json"),
  place: path.join(folder, "place.json"),
  stopped: path.join(folder, "stopped.json"),
  log: path.join(folder, "log.txt"),
  /** A name of its program, as long as it takes to start it. */
  program: path.join(folder, "temporal"),
  database: (version: string) => path.join(folder, `temporal-${version}.db`),
});

const filesOfStep = (folder: string) => ({
  folder,
  events: path.join(folder, "events.jsonl"),
  log: path.join(folder, "log.txt"),
});

const filesOfWork = (folder: string) => ({
  folder,
  /** Where its outputs are written before they are published. */
  out: path.join(folder, "out"),
  /** Where its programs keep what they can go on from. */
  checkpoints: path.join(folder, "checkpoints"),
});

/** A function of a part of stores, for one of them. */
function at<Part, Rest extends unknown[], Result>(
  part: Part,
  work: (part: Part, ...rest: Rest) => Result,
): (...rest: Rest) => Result {
  return (...rest) => work(part, ...rest);
}

/** The same, where the part is loaded when it is used. */
function late<Part, Rest extends unknown[], Result>(
  part: Part,
  load: () => Promise<(part: Part, ...rest: Rest) => Promise<Result>>,
): (...rest: Rest) => Promise<Result> {
  return async (...rest) => (await load())(part, ...rest);
}
