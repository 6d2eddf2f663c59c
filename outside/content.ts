import { cp } from "node:fs/promises";
import path from "node:path";
import { isLeftBehind } from "../core/outside-kind.ts";
import { StepFailure } from "../core/step-failure.ts";
import { manifestOf } from "../store/manifest.ts";
import { removeTree } from "../store/remove.ts";
import type { Store } from "../store/store.ts";

type Content = Readonly<Record<string, string>>;

/** Copies the folder of a kind, links followed, without what tools leave there. Throws StepFailure (`data`) if it is not, or no longer, what it was. */
export async function takeCopy(folder: string, copy: string, digest: string): Promise<void> {
  await removeTree(copy);
  const filter = (source: string) => source === folder || !isLeftBehind(path.basename(source));
  await cp(folder, copy, { recursive: true, dereference: true, filter });
  if ((await manifestOf(copy)).digest === digest) return;
  throw new StepFailure(
    "data",
    `The kind's folder '${folder}' has changed since the run began. Run the recipe again: what is finished is reused.`,
  );
}

/** Keeps what the digest of a kind's folder stands for, so that a later plan can name the files that changed. */
export async function rememberContent(store: Store, place: string): Promise<void> {
  const { digest, content } = await contentOf(place);
  await store.environments.save(digest, content);
}

/** The files of a kind's folder that changed since it had another digest: names; null where that is not known any more. */
export async function changedFiles(store: Store, before: string, place: string): Promise<string[] | null> {
  const was = await store.environments.load<Content>(before);
  const is = await contentOf(place).catch(() => undefined);
  if (was === undefined || is === undefined) return null;
  const names = [...new Set([...Object.keys(was), ...Object.keys(is.content)])].sort();
  return names.flatMap((name) => {
    const [old, now] = [was[name], is.content[name]];
    if (old === now) return [];
    return [old === undefined ? `${name} is new` : now === undefined ? `${name} is gone` : name];
  });
}

async function contentOf(place: string): Promise<{ digest: string; content: Content }> {
  const { digest, files } = await manifestOf(place, [], isLeftBehind);
  const content = files.map(
    ({ path: name, sha256, executable }) => [name, executable === true ? `${sha256} x` : sha256] as const,
  );
  return { digest, content: Object.fromEntries(content) };
}
