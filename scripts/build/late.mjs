// What packages and Node load or make at once, and most commands never need: made when it is asked for.

/**
 * What two packages make as they are loaded, and need only for texts beyond ASCII. Made when it is asked for: it takes a half of the
 * time that Node itself starts in.
 */
const LATE = [
  [
    "const segmenter = new Intl.Segmenter();",
    "let segments; const segmenter = { segment: (text) => (segments ??= new Intl.Segmenter()).segment(text) };",
  ],
  [
    "const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;",
    "let emoji; const rgiEmojiRegex = { test: (text) => (emoji ??= /^\\p{RGI_Emoji}$/v).test(text) };",
  ],
];

function makeLate(code, id) {
  // Older ones, which others bring along, have none of it.
  if (!/Intl|RGI/.test(code)) return undefined;
  const late = LATE.reduce((text, [now, then]) => text.replace(now, () => then), code);
  const left = late
    .split("\n")
    .find((line) => /Intl|RGI_/.test(line) && !/\?\?=|^\s*(\/\/|\d|\*)/.test(line));
  if (left !== undefined) throw new Error(`'${id}' makes more as it is loaded now: ${left}`);
  return late;
}

/** Parts of Node that are not loaded as it starts: together they take a tenth of the time that it starts in. */
const PARTS = [
  "child_process",
  "crypto",
  "fs/promises",
  "stream/consumers",
  "stream/promises",
  "timers/promises",
  "v8",
];

const IMPORTED = new RegExp(
  `\\blet (\\w+) ?= ?(require\\("node:(?:${PARTS.join("|")})"\\));\\s*(?:\\1 ?= ?([\\w.]+)\\(\\1, ?1\\);)?`,
  "g",
);

/** What a file imports of them is loaded with its first use. */
function loadLate(code) {
  const names = [];
  const late = code.replace(IMPORTED, (_, name, load, whole) => {
    names.push(name);
    return `let ${name}$;const ${name}=()=>${name}$??=${whole === undefined ? load : `${whole}(${load},1)`};`;
  });
  return names.reduce((text, name) => text.replaceAll(new RegExp(`\\b${name}\\.`, "g"), `${name}().`), late);
}

/** A package's own way to ask for one. */
function loadLateInPackage(code) {
  const now = "const childProcess = require('node:child_process');";
  if (!code.includes(now)) throw new Error(`Commander no longer says '${now}'.`);
  return code
    .replace(now, 'const childProcess = () => require("node:child_process");')
    .replaceAll("childProcess.", "childProcess().");
}

/** It would load a second copy of Node's file functions, and take some of Node's over, for a lock that makes one folder. */
function lockPlainly(code, id) {
  const now = "require('graceful-fs')";
  if (!code.includes(now)) throw new Error(`'${id}' no longer says '${now}'.`);
  return code.replace(now, 'require("node:fs")');
}

/** Plugins of the bundler. */
export const late = [
  {
    name: "late",
    transform: { filter: { id: /\/(string-width|wrap-ansi)\/index\.js$/ }, handler: makeLate },
  },
  {
    name: "late-in-package",
    transform: { filter: { id: /\/commander\/lib\/command\.js$/ }, handler: loadLateInPackage },
  },
  {
    name: "lock-plainly",
    transform: { filter: { id: /\/proper-lockfile\/lib\/(lockfile|adapter)\.js$/ }, handler: lockPlainly },
  },
  { name: "late-parts", renderChunk: loadLate },
];
