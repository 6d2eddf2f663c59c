import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { decide, settle } from "../../../gitops/trust/decide.ts";
import type { CommitPlan } from "../../../schemas/gitops.ts";
import { temporaryFolder } from "../../support/folders.ts";
import { Mirrored, pulled, TRUST } from "../../support/mirror.ts";

const NOOP = { uses: "run/noop", with: {} };
const recipe = (more: object = {}, steps: object = { one: NOOP }): string =>
  JSON.stringify({ recipe: 1, name: "attack", steps, ...more });

/** A file of the host whose words must be in no output. */
function hostFile(): string {
  const file = path.join(temporaryFolder(), "host.yaml");
  writeFileSync(file, "recipe: 1\nname: the-hosts-own\nsecret_of_host: hunter2\nsteps: {}\n");
  return file;
}

const WORDS = /hunter2|secret_of_host|the-hosts-own|root:/;

/** What is planned for a pull request of a fork, as it would be approved. */
async function planned(lab: Mirrored, files: Parameters<Mirrored["commit"]>[0], name = "recipes/a.yaml") {
  const sha = await lab.commit(files);
  const trigger = pulled(sha, null);
  const trust = {
    ...TRUST,
    secrets: { HF_TOKEN: { recipes: ["**"], on: ["push", "pull_request"] as const } },
  };
  const run = {
    push: "always",
    pull_request: "always",
    tag: "always",
    schedule: "always",
    manual: "always",
  } as const;
  const first = decide({ trigger, recipe: name, trust, pipeline: { run }, permission: "read" });
  const plan = await lab.plan(sha, name, { trigger, decision: first, repository: { trust } });
  expect(JSON.stringify(plan)).not.toMatch(WORDS);
  return { plan, decision: settle(first, plan, { gpuHoursWithoutApproval: null }) };
}

const codesOf = ({ problems }: CommitPlan) => problems.map(({ code }) => code);

describe("a pull request of a fork (9, complaints 10 and 11): none runs, nothing of the host is told", () => {
  test("a secret of the server, by its name", async () => {
    const lab = await Mirrored.make();
    const token = { inputs: { token: { type: "secret", env: "HF_TOKEN" } } };
    const { decision, plan } = await planned(lab, { "recipes/a.yaml": recipe(token) });
    expect(decision).toMatchObject({ run: "plan-only", secrets: [] });
    expect(plan.notAllowed.map(({ code }) => code)).toEqual(["R0713"]);
  });

  test("a program of its own", async () => {
    const lab = await Mirrored.make();
    const program = { one: { uses: "run/command", with: { argv: ["sh", "-c", "id"] } } };
    const { decision, plan } = await planned(lab, { "recipes/a.yaml": recipe({}, program) });
    expect(decision).toMatchObject({
      run: "plan-only",
      reason: expect.stringContaining("'run/command' runs programs"),
    });
    expect(plan.notAllowed.map(({ code }) => code)).toEqual(["R0712"]);
  });

  test.each([
    ["extends", (file: string) => recipe({ extends: file })],
    ["tables", (file: string) => recipe({ paper: { arxiv: "2106.09685", title: "T", tables: file } })],
    ["reference", (file: string) => recipe({ reference: file })],
    ["an input", (file: string) => recipe({ inputs: { x: { type: "path", path: file } } })],
  ])(
    "%s by an absolute path, by .., by a link, by a folder that is a link, by a submodule",
    async (_, text) => {
      const lab = await Mirrored.make();
      const host = hostFile();
      const base = await lab.commit({ README: "" });
      const dots = `${"../".repeat(30)}${host.slice(1)}`;
      const links = {
        "recipes/link.yaml": { link: host },
        "link.yaml": { link: host },
        "recipes/folder": { link: path.dirname(host) },
        folder: { link: path.dirname(host) },
        "recipes/sub": { submodule: base },
        sub: { submodule: base },
      };
      for (const [named, code] of [
        [host, "R0412"],
        [dots, "R0412"],
        [`../../${path.basename(host)}`, "R0412"],
        ["link.yaml", "R0711"],
        ["folder/host.yaml", "R0711"],
        ["sub/a.yaml", "R0711"],
        ["sub", "R0711"],
      ] as const) {
        const { plan, decision } = await planned(lab, { ...links, "recipes/a.yaml": text(named) });
        expect([named, codesOf(plan).filter((one) => one === code)]).toEqual([named, [code]]);
        expect([
          plan.plan,
          plan.problems.some(({ message }) => message.includes(host) && named !== host && named !== dots),
        ]).toEqual([null, false]);
        expect(decision.run).not.toBe("always");
      }
    },
  );

  test("a recipe that is a link itself, and an input that holds one", async () => {
    const lab = await Mirrored.make();
    const linked = await planned(lab, { "recipes/a.yaml": { link: hostFile() } });
    expect(codesOf(linked.plan)).toEqual(["R0711"]);
    const inside = { "recipes/a.yaml": recipe({ inputs: { x: { type: "dataset", path: "../data" } } }) };
    const holding = await planned(lab, { ...inside, "data/a.txt": "a", "data/b": { link: "/etc/passwd" } });
    expect(codesOf(holding.plan)).toContain("R0711");
  });

  test("filters and Git LFS", async () => {
    const lab = await Mirrored.make();
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"a".repeat(64)}\nsize 12345\n`;
    const { plan } = await planned(lab, {
      ".gitattributes": "* filter=evil diff=evil merge=evil\n",
      ".gitconfig": `[filter "evil"]\n smudge = touch pwned\n`,
      ".lfsconfig": "[lfs]\n url = http://127.0.0.1:1/\n",
      "recipes/a.yaml": recipe({ inputs: { x: { type: "dataset", path: "../data" } } }),
      "data/big.bin": pointer,
    });
    expect(plan.problems.find(({ code }) => code === "R0711")?.message).toContain(
      "'data/big.bin' is a pointer of Git LFS",
    );
  });

  test("a huge blob, and a text that is larger than a recipe may be", async () => {
    const lab = await Mirrored.make({ checkoutBytes: 1e6 });
    const { plan } = await planned(lab, {
      "recipes/a.yaml": recipe({ extends: "huge.yaml" }),
      "recipes/huge.yaml": Buffer.alloc(20e6, "a"),
    });
    expect(plan.problems[0]).toMatchObject({ code: "R0305", message: expect.stringContaining("too large") });
    const sha = await lab.repository.head("refs/heads/main");
    await expect(lab.mirror.checkout(sha!)).rejects.toMatchObject({ fault: "too-large" });
  });

  test("100,000 files", async () => {
    const lab = await Mirrored.make();
    const sha = await lab.commit(
      Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`f/${index % 1000}/${index}`, ""])),
    );
    await expect(lab.plan(sha, "recipes/a.yaml")).rejects.toMatchObject({ fault: "too-large" });
  });

  test("a YAML bomb, deep nesting, a chain without end, a circle", async () => {
    const lab = await Mirrored.make();
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefghi"
      .split("")
      .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[index]}`).join(",")}]\n`)
      .join("")}`;
    expect(codesOf((await planned(lab, { "recipes/a.yaml": bomb })).plan)).toEqual(["R0004"]);
    expect(codesOf((await planned(lab, { "recipes/a.yaml": "[".repeat(100_000) })).plan)).toEqual(["R0004"]);
    const chain = Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => [
        `recipes/${index}.yaml`,
        recipe({ extends: `${index + 1}.yaml` }),
      ]),
    );
    const { plan } = await planned(lab, chain, "recipes/0.yaml");
    expect(codesOf(plan)).toEqual(["R0305"]);
    const circle = {
      "recipes/a.yaml": recipe({ extends: "b.yaml" }),
      "recipes/b.yaml": recipe({ extends: "a.yaml" }),
    };
    expect(codesOf((await planned(lab, circle)).plan)).toEqual(["R0305"]);
  });

  test("a branch with $() in its name is fetched as any, and runs nothing", async () => {
    const lab = await Mirrored.make();
    const branch = "$(touch${IFS}pwned)";
    const sha = await lab.commit({ "recipes/a.yaml": recipe() }, { branch });
    const { refs } = await lab.mirror.heads();
    expect(refs[`refs/heads/${branch}`]).toBe(sha);
    expect((await lab.plan(sha, "recipes/a.yaml")).problems).toEqual([]);
  });

  test("names of files with line ends, quotes and escapes are those of the commit", async () => {
    const lab = await Mirrored.make();
    const odd = `recipes/a"'\\\n\u001b[31m$(id).yaml`;
    const { plan } = await planned(lab, { [odd]: recipe() }, odd);
    expect(plan.problems).toEqual([]);
    expect((await lab.mirror.commit((await lab.repository.head("refs/heads/main"))!)).files.has(odd)).toBe(
      true,
    );
  });
});
