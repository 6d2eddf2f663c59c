import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { reprise } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const folder = temporaryFolder();
const inside = path.join(folder, "inside");
mkdirSync(path.join(inside, "data"), { recursive: true });
mkdirSync(path.join(folder, "inside-too"));
writeFileSync(path.join(folder, "outside.yaml"), "token: a-line-of-another-file\n");
writeFileSync(
  path.join(inside, "base.yaml"),
  "recipe: 1\nname: base\nsteps:\n  a: { uses: run/noop, with: { value: 1 } }\n",
);
symlinkSync("../outside.yaml", path.join(inside, "link.yaml"));
symlinkSync("../not-there.yaml", path.join(inside, "dangling.yaml"));
symlinkSync("..", path.join(inside, "data", "up"));

async function findings(text: string, more: string[] = ["--confine", "."], env = {}) {
  writeFileSync(path.join(inside, "r.yaml"), text);
  const { code, stdout, stderr } = await reprise(inside, ["validate", "r.yaml", "--json", ...more], env);
  expect(`${stdout}${stderr}`).not.toContain("a-line-of-another-file");
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string }[] };
  return { code, codes: diagnostics.map((found) => found.code) };
}

const extending = (base: string): string => `recipe: 1\nname: x\nextends: ${base}\nsteps: {}\n`;
const refused = { code: 2, codes: ["R0412"] };

test.each([
  ["a file above", extending("../outside.yaml")],
  ["one that is not there, alike", extending("../not-there.yaml")],
  ["by an absolute path", extending("/etc/passwd")],
  ["through a link", extending("link.yaml")],
  ["through a link to nothing, alike", extending("dangling.yaml")],
  ["in a folder that begins alike", extending("../inside-too/x.yaml")],
  [
    "as the paper's tables",
    `recipe: 1\nname: x\npaper: { title: t, arxiv: "2503.12542", tables: ../outside.yaml }\nsteps:\n  a: { uses: run/noop, with: { value: 1 } }\n`,
  ],
  [
    "as an input that holds a link up",
    `recipe: 1\nname: x\ninputs: { d: { type: path, path: data } }\nsteps:\n  a: { uses: run/command, with: { argv: [ls], inputs: { d: "\${{ inputs.d }}" } } }\n`,
  ],
])("a confined recipe does not reach out: %s", async (_how, text) => {
  expect(await findings(text)).toEqual(refused);
  expect(await findings(text, [], { REPRISE_CONFINE: inside })).toEqual(refused);
});

test("a confined recipe reads what is inside", async () => {
  expect(await findings(extending("base.yaml"))).toEqual({ code: 0, codes: [] });
  expect(await findings(extending("../inside/base.yaml"))).toEqual({ code: 0, codes: [] });
});

test("a confined recipe must itself be inside", async () => {
  const { code, stdout } = await reprise(inside, ["validate", "--confine", "data", "base.yaml"]);
  expect(code).toBe(2);
  expect(stdout).toContain("[R0412]");
  expect((await reprise(inside, ["validate", "--confine", "none", "base.yaml"])).stderr).toContain(
    "is no folder",
  );
});
