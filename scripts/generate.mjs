// Writes all that is generated from the JSON Schemas. With --check it only says whether it agrees with them.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import prettier from "prettier";
import { bundle } from "./generate/bundle.mjs";
import { gitopsReference, reference } from "./generate/reference.mjs";
import { types } from "./generate/types.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const options = await prettier.resolveConfig(path.join(root, "package.json"));
const check = process.argv.includes("--check");
const wanted = [
  ...(await types()),
  { file: "schemas/generated/recipe.schema.json", parser: "json", text: JSON.stringify(bundle()) },
  { file: "docs/recipe-reference.md", parser: "markdown", text: reference() },
  { file: "docs/gitops-reference.md", parser: "markdown", text: gitopsReference() },
];
const stale = [];
for (const { file, parser, text } of wanted) {
  const target = path.join(root, file);
  const formatted = await prettier.format(text, { ...options, parser });
  if (fs.existsSync(target) && fs.readFileSync(target, "utf8") === formatted) continue;
  if (!check) fs.writeFileSync(target, formatted);
  stale.push(file);
}
if (check && stale.length > 0) {
  console.error(`These do not agree with the schemas: ${stale.join(", ")}. Run \`npm run generate\`.`);
  process.exit(1);
}
