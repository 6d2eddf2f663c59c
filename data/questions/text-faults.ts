import { show, type Fault } from "../rows/faults.ts";

/** Keys whose texts are names: something is looked up by them. */
const NAMES = new Set(["id", "video", "split", "task", "way", "part"]);
/** What a model is asked: a chat template would take any such mark for its own. */
const ASKED = /^(?:question|options\.\d+|opposite\.question)$/;
const ANY_TOKEN = /<\|[\w-]{1,40}\|>/;
// In what a model learns, marks of boxes and objects are its words; these would end the turn or stand for pictures.
const CONTROL_TOKEN =
  /<\|(?:endoftext|im_start|im_end|vision_start|vision_end|vision_pad|image_pad|video_pad)\|>/;
// Of the control characters, tab and line ends are text.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
// oxlint-disable-next-line no-control-regex
const CONTROL_IN_NAME = /[\u0000-\u001f\u007f]/;

// Either separator: paths of Windows are split at both.
const LEADS_OUT = /(?:^|[\\/])\.\.(?:[\\/]|$)/;

/** Whether a text has nothing that can be seen. */
export const isBlank = (text: string): boolean =>
  !/[^\p{White_Space}\p{Default_Ignorable_Code_Point}]/u.test(text);

/** What is wrong with the texts of a row: characters that are no text, and marks of a chat template. */
export function textFaults(row: object): Fault[] {
  return textsIn(row, "").flatMap(([path, text]): Fault[] => {
    const key = path.replace(/^options\.\d+$/, "options");
    const fault = (cause: string, words: string): Fault[] => [{ cause: `${cause} ${key}`, text: words }];
    const name = NAMES.has(path);
    const control = (name ? CONTROL_IN_NAME : CONTROL).exec(text)?.[0];
    if (control !== undefined) return fault("control", controlWords(path, control));
    if (/\p{Surrogate}/u.test(text))
      return fault("surrogate", `'${path}' holds half a character (a lone surrogate): ${show(text)}.`);
    if (name && text !== "" && text !== text.trim())
      return fault("blanks", `'${path}' is ${show(text)}, with white space at an end: remove it.`);
    if (path === "video" && LEADS_OUT.test(text))
      return fault(
        "video leads out",
        `'video' is ${show(text)}; it must be a path from the dataset's folder, or from that of 'videos', without '..': what is outside is not part of the input. Put the video there, or give the folder that holds it as 'videos'.`,
      );
    if (/^(?:question|opposite\.\w+|reference)$/.test(path) && text !== "" && isBlank(text))
      return fault("blank", `'${path}' is ${show(text)}, which is blank.`);
    const token = (ASKED.test(path) ? ANY_TOKEN : CONTROL_TOKEN).exec(text)?.[0];
    if (token !== undefined)
      return fault(
        "token",
        `'${path}' holds ${show(token)}, a mark of the chat template: a model would not read it as text. Remove it, or write it otherwise.`,
      );
    return [];
  });
}

function controlWords(path: string, control: string): string {
  const code = control.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  const escape = { "\b": "b", "\f": "f" }[control];
  const hint =
    escape === undefined ? "Remove it." : `In JSON \\${escape} is that; a backslash is written \\\\.`;
  return `'${path}' holds the control character U+${code}. ${hint}`;
}

// Deeper than any row goes.
const DEEPEST = 3;

/** All texts of a value with their dotted paths. */
function textsIn(value: unknown, path: string, depth = 0): [path: string, text: string][] {
  if (typeof value === "string") return [[path, value]];
  if (value === null || typeof value !== "object" || depth === DEEPEST) return [];
  return Object.entries(value).flatMap(([key, part]) => {
    const shown = JSON.stringify(key).slice(1, -1);
    return textsIn(part, path === "" ? shown : `${path}.${shown}`, depth + 1);
  });
}
