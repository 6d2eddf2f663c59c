import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { requireOpenFiles } from "../../engine/open-files.ts";
import type { Diagnostic } from "../../schemas/diagnostic.ts";
import { reprise, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const BINARY = path.join(packageRoot, "dist", "cli", "main.js");

const recipe = (step: string, argv: string): string =>
  `recipe: 1\nname: places\nsteps:\n  ${step}: { uses: run/command, with: { argv: ${argv} } }\n`;

describe("a text that is no UTF-8", () => {
  const folder = temporaryFolder();
  const LATIN = Buffer.from("recipe: 1\nname: latin\ndescription: a café\n", "latin1");
  const findings = async (file: string, input?: Buffer) => {
    const { stdout } = await execa(process.execPath, [BINARY, "validate", file, "--json"], {
      cwd: folder,
      reject: false,
      ...(input === undefined ? {} : { input }),
    });
    const found = JSON.parse(stdout) as {
      files?: { diagnostics: Diagnostic[] }[];
      diagnostics?: Diagnostic[];
    };
    return (found.diagnostics ?? found.files![0]!.diagnostics).map(
      ({ code, line, column, message }) => `${code} ${line}:${column} ${message}`,
    );
  };

  test("is refused at its first byte, as a file and from standard input", async () => {
    writeFileSync(path.join(folder, "latin.yaml"), LATIN);
    const place = (file: string) =>
      `R0001 3:19 '${file}' is not UTF-8: line 3 has the byte 0xE9 at column 19, as Latin-1 or Windows-1252 would have it. Save the file as UTF-8.`;
    expect(await findings("latin.yaml")).toEqual([place("latin.yaml")]);
    expect(await findings("-", LATIN)).toEqual([place("stdin")]);
  });

  test("UTF-16 is named", async () => {
    const marked = Buffer.from(`\uFEFF${recipe("s", "[echo]")}`, "utf16le");
    writeFileSync(path.join(folder, "wide.yaml"), marked);
    expect(await findings("wide.yaml")).toEqual(["R0001 1:1 'wide.yaml' is UTF-16. Save it as UTF-8."]);
  });

  test("also in what a recipe extends, and in its tables", async () => {
    writeFileSync(path.join(folder, "latin.yaml"), LATIN);
    writeFileSync(path.join(folder, "more.yaml"), "recipe: 1\nname: more\nextends: latin.yaml\n");
    expect(await findings("more.yaml")).toEqual([
      expect.stringMatching(/^R0305 3:10 .*'latin.yaml' is not UTF-8: line 3 has the byte 0xE9 at column 19/),
    ]);
    writeFileSync(
      path.join(folder, "tables.yaml"),
      `${recipe("s", "[echo]")}paper: { title: t, tables: latin.yaml }\n`,
    );
    expect(await findings("tables.yaml")).toEqual([
      expect.stringMatching(/^R0311 5:28 .*'latin.yaml' is not UTF-8: line 3/),
    ]);
  });

  test("a character that stands for unreadable ones is one like others", async () => {
    writeFileSync(path.join(folder, "odd.yaml"), recipe("s", '[echo, "\uFFFD é"]'));
    expect(await findings("odd.yaml")).toEqual([]);
  });

  test("of two documents the second one's beginning is shown, in our words", async () => {
    writeFileSync(path.join(folder, "two.yaml"), `${recipe("s", "[echo]")}---\n${recipe("s", "[echo]")}`);
    expect(await findings("two.yaml")).toEqual([
      "R0002 5:1 A second document begins here, after '---' or '...'. A file holds one document: put this into a file of its own.",
    ]);
  });
});

describe("where a command is called", () => {
  test("a working folder that is gone is said, with what to do", async () => {
    const folder = temporaryFolder();
    const gone = path.join(folder, "gone");
    mkdirSync(gone);
    for (const verb of ["status", "logs last s"]) {
      mkdirSync(gone, { recursive: true });
      const { exitCode, stderr } = await execa(
        "sh",
        ["-c", `rmdir "$PWD" && exec "$0" "$1" ${verb}`, process.execPath, BINARY],
        { cwd: gone, reject: false },
      );
      expect([verb, exitCode, stderr.split("\n").at(-1)]).toEqual([
        verb,
        5,
        "The working folder is gone, or may not be read. Change to another one ('cd') and call again.",
      ]);
    }
  });
});

describe("too few open files", () => {
  test.each([64, 128, 255])(
    "are told with what to do, and no run begins: %i",
    async (limit) => {
      const folder = temporaryFolder();
      stopServerAfterwards(folder);
      writeFileSync(path.join(folder, "r.yaml"), recipe("s", "[echo]"));
      const { exitCode, stderr } = await execa(
        "sh",
        ["-c", `ulimit -n ${limit}; exec "$0" "$1" run r.yaml`, process.execPath, BINARY],
        { cwd: folder, reject: false },
      );
      expect(exitCode).toBe(5);
      expect(stderr).toBe(
        `This process may have ${limit} files open at once, and a run needs 256. Raise the limit ('ulimit -n 1024') and run again.`,
      );
      expect(existsSync(path.join(folder, ".reprise"))).toBe(false);
    },
    30_000,
  );

  test("enough, no limit, and a machine that does not tell are no trouble", () => {
    for (const limit of ["256", "unlimited"])
      expect(() => requireOpenFiles(() => `Max open files            ${limit}  4096  files\n`)).not.toThrow();
    expect(() =>
      requireOpenFiles(() => {
        throw new Error("no /proc");
      }),
    ).not.toThrow();
  });
});

test("a step may be called as a folder of the run's own: what it left is kept aside all the same", async () => {
  const folder = temporaryFolder();
  stopServerAfterwards(folder);
  for (const name of ["earlier", "workers"]) {
    writeFileSync(path.join(folder, `${name}.yaml`), recipe(name, `[echo, ${name}]`).replace("places", name));
    expect((await reprise(folder, ["run", `${name}.yaml`])).code).toBe(0);
    const run = readdirSync(path.join(folder, ".reprise", "runs")).find((id) => id.startsWith(name))!;
    const place = path.join(folder, ".reprise", "runs", run);
    for (const nth of [1, 2]) {
      expect((await reprise(folder, ["retry", run, "--from", name])).code).toBe(0);
      const aside = path.join(place, "earlier", String(nth));
      expect(readdirSync(path.join(aside, name)).sort()).toEqual(
        expect.arrayContaining(["events.jsonl", "log.txt"]),
      );
      const events = readFileSync(path.join(place, name, "events.jsonl"), "utf8");
      expect(events.match(/"attempt"/g)).toHaveLength(1);
    }
  }
}, 120_000);

test("signs that have a meaning for who replaces texts are a path's own", async () => {
  const odd = path.join(temporaryFolder(), "p$$d $& $` $'x");
  mkdirSync(odd);
  stopServerAfterwards(odd);
  writeFileSync(path.join(odd, "in.txt"), "seen\n");
  writeFileSync(
    path.join(odd, "odd.yaml"),
    `recipe: 1
name: odd
inputs: { i: { type: path, path: in.txt } }
steps:
  s: { uses: run/command, with: { argv: [cat, "{inputs.i}"], inputs: { i: "\${{ inputs.i }}" } } }
`,
  );
  expect(await reprise(odd, ["run", "odd.yaml"])).toMatchObject({ code: 0 });
  expect((await reprise(odd, ["logs", "last", "s"])).stdout).toBe("seen");
});
