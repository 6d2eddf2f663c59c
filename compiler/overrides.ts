import { visit, type Document } from "yaml";
import { counted } from "../schemas/counted.ts";
import type { Diagnostic } from "../schemas/diagnostic.ts";
import { Layers, type Layer } from "./layers.ts";
import { isMapping, valueAt, type Path } from "./mapping.ts";
import { at, parse } from "./parse.ts";
import { Source } from "./source.ts";
import { closest } from "../core/suggest.ts";

type Applied = { layers: Layers; diagnostics: Diagnostic[] };

/** What stands between the parts of a dotted path. Numbers are places in a list. */
const splitPath = (dotted: string): (string | number)[] =>
  dotted.split(".").map((part) => (/^[0-9]+$/.test(part) ? Number(part) : part));

/** Puts a profile's overrides on top. Each keeps its own place in the text, so that an error in it points there. */
export function applyProfile(recipe: Layers, profile: string): Applied {
  const profiles = recipe.value["profiles"];
  const chosen = valueAt(profiles, [profile]);
  if (!isMapping(chosen)) {
    const known = isMapping(profiles) ? Object.keys(profiles) : [];
    const near = closest(profile, known);
    const list = known.length > 0 ? `It has: ${known.join(", ")}.` : "It has none.";
    const hint = near === undefined ? list : `Did you mean '${near}'?`;
    const message = `The recipe has no profile '${profile}'. ${hint}`;
    return {
      layers: recipe,
      diagnostics: [recipe.diagnostic("R0301", ["profiles"], message, { at: "key", suggestion: near })],
    };
  }
  return Object.entries(chosen).reduce<Applied>(
    ({ layers, diagnostics }, [dotted, value]) => {
      const base = ["profiles", profile, dotted];
      const { source } = recipe.find(base);
      const layer = { source, label: `profile ${profile}`, prefix: splitPath(dotted), base, value };
      const wrong = missingPlace(layers, layer, dotted);
      if (wrong === null) return { layers: new Layers([layer], layers), diagnostics };
      const found = recipe.diagnostic("R0302", base, `The profile changes '${dotted}', but ${wrong}`, {
        at: "key",
      });
      return { layers, diagnostics: [...diagnostics, found] };
    },
    { layers: recipe, diagnostics: [] },
  );
}

/** Puts `path=value` settings from the command line on top; the value is read as YAML. */
export function applySettings(recipe: Layers, settings: readonly string[]): Applied {
  return settings.reduce<Applied>(
    ({ layers, diagnostics }, setting, index) => {
      const whole = new Source(settingName(index), setting);
      const equals = setting.indexOf("=");
      const dotted = setting.slice(0, Math.max(equals, 0));
      const wrong = (code: "R0302" | "R0306", message: string): Applied => ({
        layers,
        diagnostics: [...diagnostics, at(whole, code, [0, equals < 1 ? setting.length : equals], message)],
      });
      if (!/^(?:(?:steps|claims|inputs|accept)(?:\.[^.\s]+)+|reproducible)$/.test(dotted)) {
        return wrong("R0306", noSetting(layers, setting, dotted));
      }
      const odd = splitPath(dotted).find((part) => String(part) in {});
      if (odd !== undefined) return wrong("R0306", `'${odd}' cannot be a key.`);
      const text = setting.slice(equals + 1);
      const { source, value: parsed, diagnostics: found } = parse("--set", `value: ${text}`);
      if (isSecret(layers, dotted)) {
        const message = `A secret is never given on the command line; set the environment variable that '${dotted}' names.`;
        const hidden = new Source(settingName(index), `${dotted}=…`);
        return { layers, diagnostics: [...diagnostics, at(hidden, "R0309", [0, dotted.length], message)] };
      }
      const unread = whyUnread(source, parsed, dotted, text);
      if (unread !== null) return wrong("R0306", unread);
      const value = parsed!["value"];
      const isEnvironment = /\.with\.env\.[^.]+$/.test(dotted);
      const told = found
        .filter(({ code }) => !(isEnvironment && code === "R0504"))
        .map(({ code, message }) => at(whole, code, [equals + 1, setting.length], message));
      if (told.some(({ severity }) => severity === "error"))
        return { layers, diagnostics: [...diagnostics, ...told] };
      const layer = {
        source: whole,
        label: "--set",
        prefix: inputValue(layers, splitPath(dotted), value),
        base: [],
        value,
        readFrom: { source, base: ["value"] },
      };
      const missing = missingPlace(layers, layer, dotted);
      if (missing !== null) return wrong("R0302", `--set changes '${dotted}', but ${missing}`);
      return { layers: new Layers([layer], layers), diagnostics: [...diagnostics, ...told] };
    },
    { layers: recipe, diagnostics: [] },
  );
}

/** What a setting lacks: its `=`, or the whole path, which is told where the recipe has such a step or input. */
function noSetting({ value }: Layers, setting: string, dotted: string): string {
  if (dotted === "") return `'${setting}' is no setting. Write path=value, such as steps.sft.with.epochs=2.`;
  const [first = "", ...rest] = dotted.split(".");
  const step = placeOfStep(value, first);
  const parameter = rest.length > 0 && !BESIDE_WITH.has(rest[0]!) ? ["with", ...rest] : rest;
  const isInput = rest.length === 0 && valueAt(value, ["inputs", first]) !== undefined;
  const whole =
    step !== null && rest.length > 0 ? [...step, ...parameter] : isInput ? ["inputs", first] : null;
  const meant = whole === null ? "" : ` Did you mean '${whole.join(".")}'?`;
  return `'${dotted}' is no path in a recipe: one begins with steps, claims, inputs or accept, as steps.sft.with.epochs does.${meant}`;
}

const BESIDE_WITH: ReadonlySet<string> = new Set(
  ["with", "resources", "retry", "timeout", "checkpoint", "matrix"].concat([
    "accept",
    "deviations",
    "source",
  ]),
);

/** Where a step stands, also in a group; null where there is none. */
function placeOfStep(recipe: unknown, id: string): string[] | null {
  const steps = valueAt(recipe, ["steps"]);
  if (!isMapping(steps)) return null;
  if (Object.hasOwn(steps, id)) return ["steps", id];
  const group = Object.keys(steps).find((name) => isMapping(valueAt(steps, [name, "steps", id])));
  return group === undefined ? null : ["steps", group, "steps", id];
}

/** Why a setting's value is not one value, or null. What would be lost without a word is told. */
function whyUnread(
  { document }: Source,
  parsed: Record<string, unknown> | undefined,
  dotted: string,
  text: string,
): string | null {
  const quoted = `'${dotted}="…"'`;
  if (text.trim() === "")
    return `The value of '${dotted}' is empty. Write ${quoted.replace("…", "")} for an empty text, or null to remove the key.`;
  if (parsed === undefined || Object.keys(parsed).length !== 1)
    return `The value of '${dotted}' is not valid YAML. A text is read as it is in quotes: ${quoted}.`;
  if (commentIn(document))
    return `A part of the value of '${dotted}' would be read as a comment: what follows '#'. Put the text in quotes: ${quoted}.`;
  return null;
}

function commentIn(document: Document.Parsed): boolean {
  let found = Boolean(document.comment ?? document.commentBefore);
  visit(document, {
    Node: (_, node) => {
      found ||= Boolean(node.comment ?? node.commentBefore);
    },
  });
  return found;
}

/** Whether a setting would put a text where a secret's name stands: most likely the secret itself. */
export const isSecret = ({ value }: Layers, dotted: string): boolean =>
  /^inputs\.[^.]+(\.\w+)?$/.test(dotted) &&
  valueAt(value, [...dotted.split(".").slice(0, 2), "type"]) === "secret";

/** What stands for the file in messages about the n-th setting. */
export const settingName = (index: number): string => (index === 0 ? "--set" : `--set ${index + 1}`);

/** Whether something is the name of a setting, and not of a file. */
export const isSettingName = (name: string): boolean => /^--set(?: [0-9]+)?$/.test(name);

/** `inputs.rate=1e-4` sets the input's value, which stands under `default`, or `path` for what is on disk. */
function inputValue(
  { value: recipe }: Layers,
  path: (string | number)[],
  value: unknown,
): (string | number)[] {
  if (path.length !== 2 || path[0] !== "inputs" || typeof value === "object") return path;
  const type = valueAt(recipe, [...path, "type"]);
  const key = { path: "path", dataset: "path", model: "path" }[String(type)] ?? "default";
  return [...path, key];
}

/** Why an override has no place to stand, or null. */
function missingPlace({ value }: Layers, { prefix, value: given }: Layer, dotted: string): string | null {
  const above = prefix.slice(0, -1);
  const parent = valueAt(value, above);
  if (typeof parent !== "object" || parent === null) {
    const top = above.length === 0;
    return top ? null : `the recipe has no '${above.join(".")}'.${nearby(value, prefix)}`;
  }
  const last = prefix.at(-1);
  if (Array.isArray(parent) && !(typeof last === "number" && last < parent.length)) {
    return `the list '${above.join(".")}' has only ${counted(parent.length, "entry")}.`;
  }
  if (dotted === "") return "it names nothing.";
  const removes = given === null && !Object.hasOwn(parent, last!);
  return removes ? `null removes a key, and the recipe has no '${dotted}'.${nearby(value, prefix)}` : null;
}

function nearby(value: unknown, path: Path): string {
  const inGroup = path[0] === "steps" && path.length > 1 ? placeOfStep(value, String(path[1])) : null;
  if (inGroup !== null && inGroup.length > 2)
    return ` It stands in a group: '${[...inGroup, ...path.slice(2)].join(".")}'.`;
  for (const [depth, key] of path.entries()) {
    const parent = valueAt(value, path.slice(0, depth));
    if (typeof parent !== "object" || parent === null) return "";
    if (Object.hasOwn(parent, key)) continue;
    const near = closest(String(key), Object.keys(parent));
    return near === undefined ? "" : ` Did you mean '${[...path.slice(0, depth), near].join(".")}'?`;
  }
  return "";
}
