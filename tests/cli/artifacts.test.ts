import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { reprise, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";
import { boundUser } from "../support/other-user.ts";

interface Step {
  script: string;
  inputs?: Record<string, string>;
  outputs?: string[];
  needs?: string[];
}

/** A recipe of shell scripts; an input is `step.output`. */
function recipeOf(steps: Record<string, Step>): string {
  const lines = Object.entries(steps).map(([id, { script, inputs = {}, outputs = [], needs = [] }]) => {
    const given = Object.entries(inputs).map(([name, from]) => {
      const [step, output] = from.split(".");
      return [name, `\${{ steps.${step}.outputs.${output} }}`] as const;
    });
    const parameters = {
      argv: ["sh", "-c", script],
      inputs: Object.fromEntries(given),
      outputs: Object.fromEntries(outputs.map((name) => [name, "path"])),
    };
    return `  ${id}: ${JSON.stringify({ uses: "run/command", needs, with: parameters })}`;
  });
  return `recipe: 1\nname: made\nsteps:\n${lines.join("\n")}\n`;
}

async function run(folder: string, steps: Record<string, Step>) {
  writeFileSync(path.join(folder, "r.yaml"), recipeOf(steps));
  const ended = await reprise(folder, ["run", "r.yaml", "--json"]);
  const record = JSON.parse(ended.stdout) as RunRecord;
  return {
    ...ended,
    record,
    statuses: Object.fromEntries(record.steps.map(({ id, status }) => [id, status])),
  };
}

function store() {
  const folder = temporaryFolder();
  stopServerAfterwards(folder);
  return folder;
}

test("steps get what the step before them made: modes, empty folders, links", async () => {
  const folder = store();
  const steps: Record<string, Step> = {
    build: { script: 'printf "#!/bin/sh\\necho ran\\n" > $REPRISE_OUTPUT_T/tool', outputs: ["t"] },
    makex: {
      script: "cp $REPRISE_INPUT_T/tool $REPRISE_OUTPUT_T/tool && chmod 755 $REPRISE_OUTPUT_T/tool",
      inputs: { t: "build.t" },
      outputs: ["t"],
    },
    use: { script: '[ "$($REPRISE_INPUT_T/tool)" = ran ]', inputs: { t: "makex.t" } },
    first: { script: "mkdir $REPRISE_OUTPUT_O/a", outputs: ["o"] },
    second: { script: "mkdir $REPRISE_OUTPUT_O/b", outputs: ["o"], needs: ["first"] },
    look: { script: '[ "$(ls $REPRISE_INPUT_O)" = b ]', inputs: { o: "second.o" } },
    train: {
      script: `cd $REPRISE_OUTPUT_M && mkdir ck-7 && echo w > ck-7/weights && ln -s "$PWD/ck-7" latest &&
        ln -s ../m/ck-7 $REPRISE_OUTPUT_BEST/model && ln $REPRISE_INPUT_T/tool hard && ln -s $REPRISE_INPUT_T soft`,
      inputs: { t: "makex.t" },
      outputs: ["best", "m"],
    },
    eval: {
      script: `cat $REPRISE_INPUT_M/latest/weights $REPRISE_INPUT_BEST/model/weights &&
        [ "$($REPRISE_INPUT_M/hard)" = ran ] && [ ! -L $REPRISE_INPUT_M/soft ] && [ -z "$(find $REPRISE_INPUT_M -perm /222 -type f)" ]`,
      inputs: { m: "train.m", best: "train.best" },
    },
  };
  const quoted = Object.fromEntries(
    Object.entries(steps).map(([id, step]) => [
      id,
      { ...step, script: step.script.replace(/\$(REPRISE_(?:IN|OUT)PUT_[A-Z]+)/g, '"$$$1"') },
    ]),
  );
  const first = await run(folder, quoted);
  expect(first.statuses).toEqual(Object.fromEntries(Object.keys(steps).map((id) => [id, "done"])));
  const again = await run(folder, quoted);
  expect(again.statuses).toEqual(Object.fromEntries(Object.keys(steps).map((id) => [id, "reused"])));
  expect((await reprise(folder, ["cache", "verify"])).code).toBe(0);
});

test("an output that cannot be kept fails its step with all that is wrong, by name", async () => {
  const folder = store();
  const made = await run(folder, {
    bad: {
      script: `cd "$REPRISE_OUTPUT_M" && ln -s /nonexistent/x latest && mkfifo pipe && touch "$(printf 'caf\\351')"
        rmdir "$REPRISE_OUTPUT_N" && touch "$REPRISE_OUTPUT_N"`,
      outputs: ["m", "n"],
    },
  });
  const { failure } = made.record;
  expect(failure).toMatchObject({ code: "data", step: "bad" });
  for (const words of [
    "The output 'm' cannot be kept: 'pipe' is neither a file nor a folder; remove it; the link 'latest' leads nowhere; mend or remove it; the name 'caf\\xe9' is not UTF-8; rename it.",
    "The output 'n' cannot be kept: it is a file, and must be a folder.",
  ])
    expect(failure!.message).toContain(words);
});

test("a step that writes into what another one made fails; nobody goes on with that, and it is made again", async () => {
  const folder = store();
  writeFileSync(path.join(folder, "spoil"), "");
  const spoil = `test -e spoil || exit 0; cd "$REPRISE_INPUT_M"`;
  const steps = (writing: string): Record<string, Step> => ({
    make: { script: 'echo begun >> begun; echo 1 > "$REPRISE_OUTPUT_M/w"', outputs: ["m"] },
    write: { script: `${spoil}; ${writing}`, inputs: { m: "make.m" } },
    read: {
      script: 'sleep 2; cat "$REPRISE_INPUT_M/w" >> read',
      inputs: { m: "make.m" },
      needs: ["write"],
    },
    beside: {
      script: 'while test -e spoil && ! test -e spoilt; do sleep 0.1; done; cat "$REPRISE_INPUT_M/w" >> read',
      inputs: { m: "make.m" },
    },
  });
  // As root writes, or whoever gives himself the right to; time and size are put back.
  const writing =
    "touch -r w stamp-of-w 2>/dev/null; chmod u+w w; echo 2 > w; touch -r stamp-of-w w; rm -f stamp-of-w; touch ../../../../spoilt";
  const first = await run(folder, steps(writing));
  expect(first.code).toBe(1);
  expect(first.record.failure).toMatchObject({ code: "data" });
  const told = first.record.steps.map(({ id, failure }) => [id, failure?.message ?? null]);
  expect(Object.fromEntries(told)["write"]).toMatch(
    /^The input 'm' was changed while the step worked: 'w' was altered\. What another step made is for reading only/,
  );
  expect(first.statuses).toMatchObject({ make: "done", write: "failed", read: "skipped", beside: "failed" });
  rmSync(path.join(folder, "spoil"));
  const again = await run(folder, steps(writing));
  expect(again.statuses).toEqual({ make: "done", write: "done", read: "done", beside: "done" });
  expect(readFileSync(path.join(folder, "begun"), "utf8")).toBe("begun\nbegun\n");
});

describe("an input that cannot be read", () => {
  test.each([
    [
      "a file",
      "data",
      "data/secret",
      "'data' cannot be used: 'secret' may not be read by this user (EACCES)",
    ],
    [
      "a folder in it",
      "data",
      "data/priv",
      "'data' cannot be used: 'priv' may not be read by this user (EACCES)",
    ],
    ["the folder", "data", "data", "'data' cannot be used: it may not be read by this user (EACCES)"],
    [
      "a folder above it",
      "data/priv/in",
      "data/priv",
      "'data/priv/in' may not be looked at by this user (EACCES)",
    ],
  ])("because of the mode of %s is told as such", async (_, input, closed, words) => {
    const folder = temporaryFolder();
    for (const place of ["data/priv/in", ".reprise"])
      mkdirSync(path.join(folder, place), { recursive: true });
    for (const place of [folder, path.join(folder, ".reprise")]) chmodSync(place, 0o777);
    writeFileSync(path.join(folder, "data/secret"), "s");
    writeFileSync(
      path.join(folder, "r.yaml"),
      `recipe: 1\nname: r\ninputs: { i: { type: path, path: ${input} } }\nsteps:\n  a: { uses: run/command, with: { argv: ["true"], inputs: { i: "\${{ inputs.i }}" } } }\n`,
    );
    chmodSync(path.join(folder, closed), 0);
    const command = [path.join(packageRoot, "dist", "cli", "main.js"), "run", "r.yaml"];
    const { exitCode, stderr } = await execa(process.execPath, command, {
      cwd: folder,
      env: { HOME: os.tmpdir() },
      reject: false,
      ...boundUser,
    });
    chmodSync(path.join(folder, closed), 0o755);
    expect(stderr).toContain(words);
    expect(stderr).toContain("[R0401]");
    expect(exitCode).toBe(2);
  });

  test("because of a name that is no text is told before anything runs", async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, "data"));
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/data/caf`), Buffer.from([0xe9])]), "x");
    symlinkSync("nowhere", path.join(folder, "data/link"));
    writeFileSync(
      path.join(folder, "r.yaml"),
      'recipe: 1\nname: r\ninputs: { i: { type: path, path: data } }\nsteps:\n  a: { uses: run/command, with: { argv: ["true"], inputs: { i: "${{ inputs.i }}" } } }\n',
    );
    const ended = await reprise(folder, ["run", "r.yaml"]);
    expect(ended.stderr).toContain(
      "'data' cannot be used: the link 'link' leads nowhere; mend or remove it; the name 'caf\\xe9' is not UTF-8; rename it. [R0401]",
    );
    expect(ended.code).toBe(2);
    expect(existsSync(path.join(folder, ".reprise", "runs"))).toBe(false);
  });
});
