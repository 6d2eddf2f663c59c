import { mkdtemp } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { kindPage } from "../../compiler/print/kind-page.ts";
import { KINDS } from "../../activities/index.ts";
import type { KindDefinition } from "../../core/kind.ts";
import type { Beginning } from "../../runs/begin.ts";
import { RunError } from "../../runs/errors.ts";
import { newKind, type Language } from "../../runs/kinds/new-kind.ts";
import { readKind } from "../../runs/kinds/read-kind.ts";
import { trialRecipe } from "../../runs/kinds/trial-recipe.ts";
import type { Tried } from "../../runs/kinds/try-kind.ts";
import { planOf } from "../../runs/recipe/compile-recipe.ts";
import { removeTree } from "../../store/remove.ts";
import { openStore } from "../../store/store.ts";
import { EXIT, UserError } from "../errors.ts";
import { progressTeller } from "../follow.ts";
import { say, sayJson } from "../output.ts";
import { showFindings } from "../findings.ts";
import { needsPython, prepared } from "../set-up.ts";
import { interruption } from "../stopping.ts";
import { describeTried, exitCodeOfTried } from "../tried.ts";

const NAME = /^[a-z][a-z0-9-]{0,49}\/[a-z][a-z0-9-]{0,49}$/;

/** Writes a new kind that runs as it is. */
export async function create(
  name: string,
  { node = false, folder, json = false }: { node?: boolean; folder?: string; json?: boolean },
): Promise<number> {
  if (!NAME.test(name))
    throw new UserError(
      EXIT.invalid,
      `'${name}' is no name of a kind. Write <group>/<name> in small letters, digits and hyphens, such as train/dpo.`,
    );
  if (KINDS.find(name) !== undefined)
    throw new UserError(EXIT.invalid, `'${name}' is a kind of Reprise. Choose another name.`);
  const place = folder ?? path.join("kinds", name.replace("/", "-"));
  const language: Language = node ? "node" : "python";
  const files = await writing(place, () => newKind(path.resolve(place), name, language));
  if (files === null)
    throw new UserError(EXIT.invalid, `Something is in '${place}' already. Give another folder by --folder.`);
  const uses = usesOf(place);
  if (json) sayJson({ name, folder: place, files, uses });
  else
    say(
      [
        ...files.map((file) => path.join(place, file)),
        `It runs as it is; try it with 'reprise kind check ${place}'. A recipe beside it uses it so:`,
        `  ${name.replace(/[/-]/g, "_")}: { uses: ${uses}, with: {} }`,
      ].join("\n"),
    );
  return EXIT.done;
}

/** What cannot be written is the machine's matter. */
async function writing<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UserError(EXIT.missing, `'${place}' cannot be written: ${message}.`);
  }
}

function read(folder: string): KindDefinition {
  try {
    return readKind(process.cwd(), folder);
  } catch (error) {
    if (error instanceof RunError || !(error instanceof Error)) throw error;
    throw new UserError(EXIT.invalid, `The kind cannot be read: ${error.message}`);
  }
}

/** Prints the page of a kind: its outputs, parameters and metrics, in Markdown. */
export function docs(folder: string): number {
  say(kindPage(read(folder).schema));
  return EXIT.done;
}

/** Checks a kind's kind.yaml, and tries the kind: runs it, kills it at its first checkpoint, and compares the results. */
export async function check(
  folder: string,
  { set = [], json = false }: { set?: string[]; json?: boolean },
): Promise<number> {
  const around = process.cwd();
  const kind = read(folder);
  const trial = trialRecipe(kind, { uses: usesOf(folder), given: set, around });
  if (trial.how === "lacks") throw new UserError(EXIT.invalid, lacking(trial.parameters));
  const planned = planOf(around, {
    file: "trial.yaml",
    bytes: Buffer.from(trial.text),
    settings: trial.settings,
  });
  showFindings(planned);
  say(`${path.join(folder, "kind.yaml")}: valid, ${kind.name}`, json);
  await prepared(...(needsPython(planned.plan) ? (["python", "server"] as const) : (["server"] as const)));
  say(`Trying it with ${JSON.stringify(planned.plan.steps[0]!.params)}`, json);
  const tried = await tryApart({ ...planned, folder: around }, json);
  if (tried === null) return EXIT.interrupted;
  if (json) sayJson({ kind: kind.name, ...tried });
  else say(describeTried(tried, kind));
  return exitCodeOfTried(tried);
}

/** In a store of its own, which stays where there is something to look at. */
async function tryApart(beginning: Beginning, json: boolean): Promise<Tried | null> {
  const { tryKind } = await import("../../runs/kinds/try-kind.ts");
  const { stopServer } = await import("../../engine/stop-server.ts");
  const root = await mkdtemp(path.join(os.tmpdir(), "reprise-kind-"));
  const store = openStore(root);
  const stopping = interruption();
  stopping.listen();
  let tried: Tried | null = null;
  try {
    const stream = json ? process.stderr : process.stdout;
    tried = await tryKind(store, beginning, (request) => ({
      interrupt: stopping.signal,
      tell: progressTeller(store, request, stream),
    }));
    return tried;
  } finally {
    stopping.dispose();
    await stopServer(store);
    if (tried !== null && exitCodeOfTried(tried) !== EXIT.done) say(`Its files are in '${root}'.`, json);
    else await removeTree(root);
  }
}

/** A folder as a recipe in the working folder names it. */
function usesOf(folder: string): string {
  const place = path.relative(process.cwd(), folder) || ".";
  return /^\.{1,2}(\/|$)/.test(place) ? place : `./${place}`;
}

const lacking = (parameters: readonly { name: string; takes: readonly string[] | null }[]): string =>
  parameters
    .map(({ name, takes }) =>
      takes === null
        ? `The kind must be given '${name}', which has neither default nor example. Give it by --set ${name}=VALUE.`
        : `The kind must be given '${name}' (${takes.join(" or ")}). Give it by --set ${name}=PATH.`,
    )
    .join("\n");
