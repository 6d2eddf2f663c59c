import { existsSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { StatusState } from "../../schemas/gitops.ts";
import { reprise, start, stopServerAfterwards } from "./cli.ts";
import { afterwards, temporaryFolder } from "./folders.ts";
import { BareRepository } from "./git.ts";

/** The document of a commit, as anyone can fetch it. */
export interface Shown {
  sha: string;
  state: StatusState;
  description: string;
  recipes: {
    recipe: string;
    state: StatusState;
    description: string;
    run: string | null;
    verdict: { reproduced: boolean | null } | null;
    difference: { against: { sha: string }; claims: object[]; metrics: object[] } | null;
  }[];
}

/** A recipe of steps, as a text. */
export const recipe = (name: string, steps: Record<string, object>, more: object = {}): string =>
  JSON.stringify({ recipe: 1, name, steps, ...more });

export const noop = (value: unknown, more: object = {}): object => ({
  uses: "run/noop",
  with: { value },
  ...more,
});

/** A policy with one pipeline of all recipes, as a text. */
export const policy = (more: object = {}): string =>
  JSON.stringify({
    gitops: 1,
    pipelines: { all: { recipes: ["recipes/*.yaml"], on: { push: { branches: ["main"] } }, ...more } },
  });

/** A bare repository, a server's file that follows it without a forge, and the store beside it. */
export class Lab {
  readonly folder: string;
  readonly repository: BareRepository;
  readonly #serving: ReturnType<typeof start>[] = [];
  /** How those that ended did, and what they said. */
  readonly #ended: string[] = [];

  private constructor(repository: BareRepository, more: object, folder: string) {
    this.folder = folder;
    this.repository = repository;
    const papers = { url: repository.folder, poll: "1s", trust: { push: ["main", "release/*"] }, ...more };
    writeFileSync(
      path.join(this.folder, "gitops.yaml"),
      JSON.stringify({ gitops: 1, repositories: { papers } }),
    );
    stopServerAfterwards(this.folder);
    afterwards(() => this.stop());
  }

  /** `folder`: where the store is to be, if not in a folder of its own. */
  static async make(more: object = {}, folder = temporaryFolder()): Promise<Lab> {
    return new Lab(await BareRepository.make(), more, folder);
  }

  /** The store's folder. */
  get root(): string {
    return path.join(this.folder, ".reprise");
  }

  /** Runs that were begun: of one whose server was killed before, its id may be taken and no more. */
  get runs(): string[] {
    const folder = path.join(this.root, "runs");
    const taken = existsSync(folder) ? readdirSync(folder).sort() : [];
    return taken.filter((run) => existsSync(path.join(folder, run, "run.json")));
  }

  /** Starts `reprise gitops serve`; gives the process. */
  serve(args: string[] = [], env: Record<string, string> = {}): ReturnType<typeof start> {
    const serving = start(this.folder, ["gitops", "serve", ...args], env);
    this.#serving.push(serving);
    void serving.then(({ exitCode, signal, stderr }) =>
      this.#ended.push(`${serving.pid}: ${exitCode ?? signal} ${stderr.slice(-2_000)}`),
    );
    return serving;
  }

  /** Ends every `serve` of this lab, or so many, at once, as a machine that loses power would. */
  async kill(most = Infinity): Promise<void> {
    for (const serving of this.#serving.splice(0, most)) {
      serving.kill("SIGKILL");
      await serving;
    }
  }

  async stop(): Promise<void> {
    for (const serving of this.#serving.splice(0)) {
      serving.kill("SIGTERM");
      await serving;
    }
  }

  async ask<T>(...args: string[]): Promise<T> {
    const { code, stdout, stderr } = await reprise(this.folder, ["gitops", ...args, "--json"]);
    if (code !== 0) throw new Error(`reprise gitops ${args.join(" ")}: ${code} ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  /** What the repository's own ref says of a commit; null as long as there is none. */
  async shown(sha: string): Promise<Shown | null> {
    const ref = `refs/reprise/status/${sha}`;
    if ((await this.repository.head(ref)) === null) return null;
    return JSON.parse(await this.repository.git("show", `${ref}:status.json`)) as Shown;
  }

  /** Waits until a commit is in a state; gives what is shown then. */
  async until(
    sha: string,
    states: StatusState | readonly StatusState[],
    milliseconds = 60_000,
  ): Promise<Shown> {
    let last: Shown | null = null;
    for (let waited = 0; waited < milliseconds; waited += 100) {
      last = await this.shown(sha);
      if (last !== null && [states].flat().includes(last.state)) return last;
      await sleep(100);
    }
    throw new Error(
      `${sha} did not become ${String(states)}, but is ${JSON.stringify(last)}. ${this.#serving.length} serve, of which ended: ${this.#ended.join("\n")}`,
    );
  }
}
