// Required before a program, writes the names of all modules that it has loaded into the file that LOADS_FILE names.
const { writeFileSync } = require("node:fs");

process.on("exit", () => {
  const loaded = Object.keys(require.cache).filter((name) => name !== __filename);
  writeFileSync(process.env["LOADS_FILE"], loaded.join("\n"));
});
