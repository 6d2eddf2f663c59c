import { execa } from "execa";
import { faultOf, GitError, saidBy } from "./git-error.ts";

/** One call of git. All arguments are ours, full names of refs, shas, or stand after `--`. */
export interface GitCall {
  /** Absolute path of the repository; none for a call that needs none. */
  gitDir?: string;
  environment: Record<string, string>;
  input?: string;
  /** Longest time (s). */
  seconds?: number;
  /** Most bytes that it may print. */
  mostBytes?: number;
  /** Ends it. */
  signal?: AbortSignal;
  /** Exit codes that are answers, beside 0. */
  answers?: readonly number[];
}

const SECONDS = 120;
const MOST_BYTES = 64 * 1024 * 1024;

/** Runs git and gives what it printed, with its exit code. Throws GitError; never goes through a shell. */
export async function runGit(
  args: readonly string[],
  { gitDir, environment, input, seconds = SECONDS, mostBytes = MOST_BYTES, signal, answers = [] }: GitCall,
): Promise<{ code: number; stdout: Buffer }> {
  const ended = await execa("git", args, {
    extendEnv: false,
    env: { ...environment, ...(gitDir === undefined ? {} : { GIT_DIR: gitDir }) },
    cwd: gitDir ?? "/",
    encoding: "buffer",
    stripFinalNewline: false,
    maxBuffer: { stdout: mostBytes, stderr: 1024 * 1024 },
    timeout: seconds * 1000,
    forceKillAfterDelay: 5_000,
    reject: false,
    ...(input === undefined ? { stdin: "ignore" as const } : { input }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  const { exitCode: code } = ended;
  const [verb = ""] = args;
  if (ended.isCanceled && signal?.reason instanceof GitError) throw signal.reason;
  if (ended.timedOut) throw new GitError("unreachable", `git ${verb} did not end within ${seconds} s.`);
  if (ended.isMaxBuffer) throw new GitError("too-large", `git ${verb} has more to say than can be read.`);
  if (ended.code === "ENOENT") throw new GitError("git-missing", "There is no 'git' here. Install it.");
  if (code === 0 || (code !== undefined && answers.includes(code)))
    return { code, stdout: Buffer.from(ended.stdout) };
  const words = Buffer.from(ended.stderr).toString("utf8");
  const said = saidBy(words) || `it ended with ${code ?? ended.signal ?? "an error"}`;
  throw new GitError(faultOf(words), `git ${verb}: ${said}`);
}
