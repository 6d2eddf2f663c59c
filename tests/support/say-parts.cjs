// Required before a program, says on standard error which parts of Node it has loaded: all, and those after V8's settings were changed.
const { writeSync } = require("node:fs");
const Module = require("node:module");

const parts = () =>
  process.moduleLoadList
    .filter((name) => name.startsWith("NativeModule ") && !name.includes("internal/"))
    .map((name) => name.slice("NativeModule ".length));
let before = null;
const load = Module._load;
Module._load = (id, ...more) => {
  const found = load(id, ...more);
  if (id === "node:v8") {
    const { setFlagsFromString } = found;
    found.setFlagsFromString = (flag) => {
      before = new Set(parts());
      setFlagsFromString(flag);
    };
  }
  return found;
};

process.on("exit", () => {
  const loaded = parts();
  const late = before === null ? [] : loaded.filter((name) => !before.has(name));
  writeSync(2, JSON.stringify({ loaded, late }));
});
