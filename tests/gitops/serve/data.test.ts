import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { openStore } from "../../../store/store.ts";
import { temporaryFolder } from "../../support/folders.ts";
import { Lab, policy, recipe } from "../../support/gitops.ts";

test("a run takes the server's data where the recipe names it", { timeout: 120_000 }, async () => {
  const folder = path.join(temporaryFolder(), "walks");
  mkdirSync(folder);
  writeFileSync(path.join(folder, "rows.txt"), "1\n2\n3\n");
  const lab = await Lab.make({ data: { "data/walks": { path: folder } } });
  void lab.serve();
  const program = 'cp "$0"/rows.txt "$1"/rows.txt';
  const sha = await lab.repository.commit({
    ".reprise/gitops.yaml": policy(),
    "recipes/a.yaml": recipe(
      "a",
      {
        copy: {
          uses: "run/command",
          with: {
            argv: ["sh", "-c", program, "{inputs.walks}", "{outputs.rows}"],
            inputs: { walks: "${{ inputs.walks }}" },
            outputs: { rows: "dataset" },
          },
        },
      },
      { inputs: { walks: { type: "dataset", path: "../data/walks" } } },
    ),
  });
  const shown = await lab.until(sha, ["unclaimed", "failed", "invalid"]);
  expect(shown.description).toContain("nothing is claimed");
  const record = (await openStore(lab.root).runs.loadRecord(shown.recipes[0]!.run!))!;
  expect(record.steps[0]!.status).toBe("done");
});
