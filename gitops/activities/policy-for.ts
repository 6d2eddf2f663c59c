import type { Problem, Sha, Trigger } from "../../schemas/gitops.ts";
import type { RepositoryPolicy } from "../../schemas/gitops-policy.ts";
import { POLICY_FILE, readRepositoryConfig } from "../config/read-repository.ts";
import { readRefs } from "../heads/heads.ts";
import type { Followed } from "./followed.ts";

export type Policy = RepositoryPolicy;

/** The policy that decides on a trigger; null where it is not there, or wrong. */
export interface FoundPolicy {
  policy: RepositoryPolicy | null;
  problems: Problem[];
}

/** The policy that decides on a trigger: of a pull request that of the branch it goes into, else the commit's own. */
export async function policyFor(followed: Followed, { pull, sha }: Trigger): Promise<FoundPolicy> {
  if (pull === null) return policyAt(followed, sha);
  const target = (await readRefs(followed.mirror)).refs[`refs/heads/${pull.base}`];
  if (target === undefined) return { policy: null, problems: [] };
  await followed.mirror.fetch({ [`refs/heads/${pull.base}`]: target });
  return policyAt(followed, target);
}

/** The policy in a commit, with what is wrong with it. */
export async function policyAt({ mirror }: Pick<Followed, "mirror">, sha: Sha): Promise<FoundPolicy> {
  const commit = await mirror.commit(sha);
  await commit.load([POLICY_FILE]);
  if (!commit.files.has(POLICY_FILE)) return { policy: null, problems: [] };
  const wrong = (message: string): FoundPolicy => ({
    policy: null,
    problems: [{ code: "R0711", severity: "error", message, file: POLICY_FILE, line: 1, column: 1 }],
  });
  let text: string | undefined;
  try {
    text = commit.text(POLICY_FILE);
  } catch (error) {
    return wrong((error as Error).message);
  }
  if (text === undefined) return wrong("It is no plain file, or too large.");
  const { value, diagnostics } = readRepositoryConfig(text);
  const problems = diagnostics.map(({ code, severity, message, file, line, column }) => ({
    ...{ code, severity, message, file, line, column },
  }));
  return { policy: value, problems };
}
