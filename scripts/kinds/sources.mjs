// What decides each kind's result among our own sources, by file, each with a digest that comments and layout do not alter.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { build, transform } from "esbuild";

// Rooms and files that decide what a kind's step gives. All else says how steps are run, told and stopped.
const DECIDING = /^(activities|asking|data|outside|programs)\/|^host\/(portable|threads)\.ts$/;
const MACHINERY = new Set(
  ["run-child", "run-program", "media-failure", "warm/hosts", "warm/python-host", "warm/trainers"].map(
    (name) => `programs/${name}.ts`,
  ),
);
const PYTHON_MACHINERY = new Set(
  ["__main__", "launch", "warm", "job/errors", "job/events", "job/failures", "job/job", "processes/stop"]
    .concat("processes/ending", "training/progress")
    .map((name) => `trainer/reprise_trainer/${name}.py`),
);

/** Kinds with `{file: digest}` of their sources. `python` is a Python to read the trainers' modules with. */
export async function sourcesOfKinds(root, python) {
  const trainers = trainersOf(read(root, "trainer/reprise_trainer/__main__.py"));
  const digests = new Map();
  const inPython = new Map();
  const found = {};
  for (const folder of foldersOf(root)) {
    const kind = folder.replace("-", "/");
    const files = {};
    const modules = new Set(kind in trainers ? [trainers[kind]] : []);
    for (const file of await importedBy(root, `activities/${folder}/perform.ts`)) {
      if (!DECIDING.test(file) || MACHINERY.has(file)) continue;
      if (!digests.has(file)) digests.set(file, await digestTypeScript(read(root, file)));
      files[file] = digests.get(file);
      Object.assign(files, dataOf(root, file));
      for (const program of programsOf(root, file)) modules.add(program);
    }
    for (const module of modules) {
      if (!inPython.has(module)) inPython.set(module, pythonSources(root, python, [module])[module]);
      for (const [file, digest] of Object.entries(inPython.get(module)))
        if (!PYTHON_MACHINERY.has(file)) files[file] = digest;
    }
    found[kind] = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  return found;
}

const read = (root, file) => fs.readFileSync(path.join(root, file), "utf8");

/** A digest of a module's code: types, comments, blanks and line breaks do not alter it. */
export async function digestTypeScript(text) {
  const { code } = await transform(text, { loader: "ts", minifyWhitespace: true, legalComments: "none" });
  return short(code);
}

const short = (text) => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** Digests of trainer modules and of what each imports, by module. */
export function pythonSources(root, python, modules) {
  const script = path.join(root, "scripts", "kinds", "modules.py");
  return JSON.parse(execFileSync(python, [script, ...modules], { cwd: root, encoding: "utf8" }));
}

/** The folders of the kinds, in the order of the registry. */
const foldersOf = (root) =>
  [...read(root, "activities/index.ts").matchAll(/from "\.\/([a-z-]+)\/kind\.ts"/g)].map(
    ([, folder]) => folder,
  );

/** The trainer module of each kind that has one. */
function trainersOf(text) {
  const table = /^KINDS = \{([^}]+)\}/m.exec(text)[1];
  return Object.fromEntries(
    [...table.matchAll(/"([^"]+)": "([^"]+)"/g)].map(([, kind, module]) => [kind, `kinds.${module}`]),
  );
}

/** Packages of the trainer that a module starts as programs of their own. */
const programsOf = (root, file) =>
  [...read(root, file).matchAll(/"-m", "reprise_trainer\.(\w+)"/g)]
    .map(([, name]) => `${name}.__main__`)
    .filter((name) =>
      fs.existsSync(path.join(root, "trainer/reprise_trainer", `${name.replace(".", "/")}.py`)),
    );

async function importedBy(root, entry) {
  const { metafile } = await build({
    ...{ absWorkingDir: root, entryPoints: [entry], bundle: true, write: false, metafile: true },
    ...{ packages: "external", platform: "node", format: "esm", treeShaking: false, logLevel: "silent" },
  });
  return Object.keys(metafile.inputs);
}

/** Data of the trainer that a module reads, such as prompts. */
function dataOf(root, file) {
  const names = [...read(root, file).matchAll(/"([\w-]+\.json)"/g)].map(([, name]) => name);
  return Object.fromEntries(
    names
      .map((name) => `trainer/reprise_trainer/data/${name}`)
      .filter((data) => fs.existsSync(path.join(root, data)))
      .map((data) => [data, short(JSON.stringify(JSON.parse(read(root, data))))]),
  );
}
