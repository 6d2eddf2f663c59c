import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { CODES, severityOf, type Code } from "../../schemas/diagnostic.ts";
import { reprise } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";
import { BareRepository } from "../support/git.ts";

const FOLDER = path.resolve("tests/compiler/invalid");
const codes = Object.keys(CODES) as Code[];
const home = temporaryFolder();

describe("each code has a recipe that provokes it, and the exact text that it prints", () => {
  test.concurrent.each(codes)("%s", async (code) => {
    const recipe = readFileSync(path.join(FOLDER, `${code}.yaml`), "utf8");
    const command = /^# reprise (.*)$/m.exec(recipe)![1]!.split(" ");
    const folder = command[1] === "plan" ? await folderWithRepository(code, recipe) : FOLDER;
    const ended = await reprise(folder, command, { REPRISE_HOME: path.join(home, code) });
    const printed = `${ended.stdout}${ended.stderr}\n`;
    const expected = path.join(FOLDER, `${code}.txt`);
    // `UPDATE_FIXTURES=1 npm test -- unit` writes them; read the difference before it is committed.
    if (process.env["UPDATE_FIXTURES"]) writeFileSync(expected, printed);
    expect(printed).toBe(readFileSync(expected, "utf8"));
    expect(printed).toContain(`[${code}]`);
    expect(ended.code).toBe(severityOf(code) === "error" ? 2 : 0);
  });

  test("and there is no fixture without a code", () => {
    const names = readdirSync(FOLDER).map((file) => path.parse(file).name);
    expect([...new Set(names)].sort()).toEqual(codes);
  });
});

/** A folder with the repository papers.git, which has a recipe, and as pull request 7 too. */
async function folderWithRepository(code: Code, recipe: string): Promise<string> {
  const folder = path.join(home, `${code}-repository`);
  const repository = await BareRepository.make("papers.git", folder);
  const sha = await repository.commit({ [`${code}.yaml`]: recipe, "latest.jsonl": { link: "rows.jsonl" } });
  await repository.git("update-ref", "refs/pull/7/head", sha);
  return folder;
}

describe("docs/diagnostics.md", () => {
  const page = readFileSync("docs/diagnostics.md", "utf8");
  const sections = new Map(
    page
      .split(/^## /m)
      .slice(1)
      .map((section) => [section.slice(0, 5), section]),
  );

  test("has a section for each code, in order, under its title", () => {
    const headings = [...page.matchAll(/^## (R[0-9]{4}): (.*)$/gm)].map(([, code, title]) => [code, title]);
    expect(headings).toEqual(Object.entries(CODES));
  });

  test.each(codes)("%s has a wrong and a right example", (code) => {
    const [wrong, right] = [...sections.get(code)!.matchAll(/```(?:yaml|sh)\n([\s\S]*?)```/g)].map(
      ([, body]) => body,
    );
    expect(wrong).toContain("# wrong");
    expect(right ?? wrong).toContain("# right");
  });
});
