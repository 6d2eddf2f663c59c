// npm run demo: set up, then run recipes/demo.yaml to its verdict.
import { spawn } from "node:child_process";
import path from "node:path";
import { root } from "./setup/places.mjs";
import { setUpOrExit } from "./setup.mjs";

await setUpOrExit(["command", "python", "server"], { soon: true });
const cli = path.join(root, "dist", "cli", "main.js");
const child = spawn(
  process.execPath,
  [cli, "run", path.join("recipes", "demo.yaml"), ...process.argv.slice(2)],
  { cwd: root, stdio: "inherit" },
);
// A terminal sends Ctrl-C, and its own end, to the child as well; SIGTERM comes to this process alone.
process.on("SIGINT", () => {});
process.on("SIGHUP", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code) => process.exit(code ?? 1));
