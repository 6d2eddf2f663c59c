import path from "node:path";
import { fileURLToPath } from "node:url";

/** The package's own folder: the parent of `dist/` when built, of this folder in the sources. */
export const packageRoot = (() => {
  const above = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
  return path.basename(above) === "dist" ? path.dirname(above) : above;
})();

/** The folder of the Python trainers. */
export const trainerFolder = path.join(packageRoot, "trainer");
