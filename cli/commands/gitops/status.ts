import { storeHere } from "../../store-here.ts";
import type { Store } from "../../../store/store.ts";
import { aggregate } from "../../../gitops/state/aggregate.ts";
import { factsOf, listCommits, readSent, readStanding } from "../../../gitops/state/commits.ts";
import { readTroubles } from "../../../gitops/state/trouble.ts";
import { sentenceOf, WORDS } from "../../../gitops/words/statuses.ts";
import { printable } from "../../../gitops/words/escape.ts";
import type { CommitStanding } from "../../../schemas/gitops-work.ts";
import { EXIT } from "../../errors.ts";
import { repositoriesOf, repositoryOf, type ServerFileOption } from "../../gitops/server-file.ts";
import { say, sayJson } from "../../output.ts";
import { drawTable } from "../../table.ts";
import { commitOf } from "./ask.ts";

interface StatusOptions extends ServerFileOption {
  json?: boolean;
  repository?: string;
}

const SHOWN = 10;

/** How the repositories and their newest commits stand, or one commit with each of its recipes; from the store alone. */
export async function status(
  commit: string | undefined,
  { json = false, repository: named, ...options }: StatusOptions,
): Promise<number> {
  const store = storeHere();
  if (commit !== undefined)
    return showCommit(store, await commitOf(store, repositoryOf(options, named).name, commit), json);
  const repositories = named === undefined ? repositoriesOf(options) : [repositoryOf(options, named)];
  const found = await Promise.all(
    repositories.map(async ({ name, url }) => {
      const places = store.gitops.repository(name);
      const shas = (await listCommits(places)).slice(0, SHOWN);
      const commits = await Promise.all(shas.map((sha) => readStanding(places, sha)));
      return {
        name,
        url,
        troubles: await readTroubles(places),
        commits: commits.flatMap((one) => one ?? []),
      };
    }),
  );
  if (json) {
    sayJson({
      repositories: found.map(({ commits, ...rest }) => ({
        ...rest,
        commits: commits.map((standing) => ({ state: aggregate(standing), ...standing })),
      })),
    });
    return EXIT.done;
  }
  for (const { name, url, troubles, commits } of found) {
    say(`${name}  ${printable(url, 120)}`);
    for (const { says, time } of Object.values(troubles)) say(`  ${time}: ${printable(says, 300)}`);
    if (commits.length === 0) say("  No commit was looked at yet.");
    else say(drawTable(["commit", "refs", "state", "recipes"], commits.map(rowOf)));
  }
  return EXIT.done;
}

function rowOf(standing: CommitStanding): string[] {
  const { sha, triggers, items } = standing;
  const refs = [
    ...new Set(triggers.map(({ ref }) => printable(ref.replace(/^refs\/(?:heads|tags)\//, ""), 40))),
  ];
  return [sha.slice(0, 10), refs.join("\n"), WORDS[aggregate(standing)], String(items.length)];
}

async function showCommit(store: Store, standing: CommitStanding, json: boolean): Promise<number> {
  const places = store.gitops.repository(standing.repository);
  const facts = await factsOf(places, standing.sha, standing.items);
  const { refused } = await readSent(places, standing.sha);
  if (json) {
    sayJson({
      ...{ state: aggregate(standing), refused, ...standing },
      items: standing.items.map((item) => ({ ...item, ...facts.get(item.key) })),
    });
    return EXIT.done;
  }
  say(`${standing.sha}  ${WORDS[aggregate(standing)]}`);
  if (standing.trouble !== null) say(printable(standing.trouble, 300));
  for (const [what, why] of Object.entries(refused))
    say(`Not shown (${printable(what, 100)}): ${printable(why, 300)}`);
  for (const { code, file, line, message } of standing.problems)
    say(`${file}:${line} ${code} ${printable(message, 300)}`);
  if (standing.items.length > 0)
    say(
      drawTable(
        ["recipe", "profile", "state", "run", ""],
        standing.items.map((item) => [
          ...[printable(item.recipe, 60), item.profile ?? "", WORDS[item.state], item.run ?? ""],
          printable(sentenceOf(item, facts.get(item.key)), 160),
        ]),
      ),
    );
  return EXIT.done;
}
