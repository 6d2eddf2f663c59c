import path from "node:path";
import prettyBytes from "pretty-bytes";
import { findRun } from "../../runs/find-run.ts";
import { copyOutput, outputsOf, type KeptOutput } from "../../runs/outputs.ts";
import { counted } from "../../schemas/counted.ts";
import { storeHere } from "../store-here.ts";
import { EXIT } from "../errors.ts";
import { say, sayJson } from "../output.ts";
import { drawTable } from "../table.ts";

/** Says what a run's steps gave and where it is, or copies it under names that people choose. */
export async function outputs(
  name: string,
  asked: string | undefined,
  { json = false, to }: { json?: boolean; to?: string },
): Promise<number> {
  const store = storeHere();
  const found = await findRun(store, name);
  const kept = await outputsOf(store, found, asked);
  const steps = found.request.plan.steps.map(({ id }) => id);
  const copies = to === undefined ? new Map<KeptOutput, string>() : await copyAll(kept, to, asked, steps);
  if (json)
    sayJson({
      run: found.request.run,
      outputs: kept.map((one) => ({ ...one, copy: copies.get(one) ?? null })),
    });
  else if (kept.length === 0) say("None of its steps has given anything.");
  else if (to !== undefined)
    for (const [{ step, output }, target] of copies)
      say(`${step}.${output}: ${path.relative(process.cwd(), target)}`);
  else if (kept.length === 1 && asked?.endsWith(`.${kept[0]!.output}`)) say(shown(kept[0]!));
  else say(showOutputs(kept));
  return EXIT.done;
}

/** Outputs with their sizes and files, as a table. */
export const showOutputs = (kept: readonly KeptOutput[]): string =>
  drawTable(
    ["output", "type", "size", "files", "where"],
    kept.map((one) => [
      `${one.step}.${one.output}`,
      one.type,
      prettyBytes(one.bytes),
      one.files.length === 1 ? one.files[0]! : counted(one.files.length, "file"),
      one.defect === null ? inFolder(folderOf(one)) : `damaged: ${one.defect}`,
    ]),
    { spare: ["type", "files"] },
  ) + "\n'reprise outputs <run> <step.output>' says its whole path; --to copies.";

/** The path of an output, or of the one file in it. */
const shown = ({ place, files, type }: KeptOutput): string => {
  const only = type === "path" && files.length === 1 && !files[0]!.endsWith("/") ? files : [];
  return inFolder(path.join(place, ...only));
};

/** The folder that an output's files stand in. */
const folderOf = ({ place }: KeptOutput): string =>
  path.basename(place) === CONTENT ? place : path.dirname(place);

/** What the store calls the folder of an artifact that is no file. */
const CONTENT = "content";

/** A path as it is written in this folder. */
function inFolder(place: string): string {
  const short = path.relative(process.cwd(), place);
  return short.startsWith("..") ? place : short;
}

/**
 * Copies outputs to a place: one that was asked for becomes the place itself; those of a step stand in it by their names, those of
 * a run in folders of their steps.
 */
async function copyAll(
  kept: readonly KeptOutput[],
  to: string,
  asked: string | undefined,
  steps: readonly string[],
): Promise<Map<KeptOutput, string>> {
  const copies = new Map<KeptOutput, string>();
  for (const one of kept) {
    const file = path.basename(one.place) === CONTENT ? one.output : path.basename(one.place);
    const below = asked === undefined ? [one.step, file] : steps.includes(asked) ? [file] : [];
    const target = path.resolve(to, ...below);
    await copyOutput(one, target);
    copies.set(one, target);
  }
  return copies;
}
