import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { reprise, start, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const SCRIPT = `cd "$REPRISE_CHECKPOINTS"
trap 'mkdir saving; echo 7 > saving/n; mv saving checkpoint-7; exit 75' TERM
echo > "$OLDPWD/begun"
while :; do sleep 0.1; done
`;

test(
  "a checkpoint that a program saves when it is stopped is known at once",
  { timeout: 120_000 },
  async () => {
    const folder = temporaryFolder();
    stopServerAfterwards(folder);
    writeFileSync(path.join(folder, "saves.sh"), SCRIPT);
    writeFileSync(
      path.join(folder, "saves.yaml"),
      `recipe: 1\nname: saves\nsteps:\n  s: { uses: run/command, with: { argv: [sh, saves.sh], outputs: { o: path } } }\n`,
    );
    const running = start(folder, ["run", "saves.yaml"]);
    await expect.poll(() => existsSync(path.join(folder, "begun")), { timeout: 60_000 }).toBe(true);
    running.kill("SIGTERM");
    await running;
    const listed = await reprise(folder, ["checkpoints", "last", "--json"]);
    const { steps } = JSON.parse(listed.stdout) as { steps: { checkpoints: object[] }[] };
    expect(steps[0]!.checkpoints).toMatchObject([{ step: 7, bytes: 2, defect: null }]);
  },
);
