// Puts the recipe that `reprise init` writes into the README, between its marks. With --check it only says whether it is there.
import fs from "node:fs";
import path from "node:path";
import { root } from "./setup/places.mjs";

const file = path.join(root, "README.md");
const recipe = fs.readFileSync(path.join(root, "recipes/new-recipe/command/recipe.yaml"), "utf8").trimEnd();
const before = fs.readFileSync(file, "utf8");
const [begin, end] = ["<!-- recipe:begin -->", "<!-- recipe:end -->"];
const after =
  before.slice(0, before.indexOf(begin) + begin.length) +
  `\n\n\`\`\`yaml\n${recipe}\n\`\`\`\n\n` +
  before.slice(before.indexOf(end));
if (after === before) process.exit(0);
if (process.argv.includes("--check")) {
  console.error(
    "The README does not show recipes/new-recipe/command/recipe.yaml as it is. Run `npm run generate`.",
  );
  process.exit(1);
}
fs.writeFileSync(file, after);
