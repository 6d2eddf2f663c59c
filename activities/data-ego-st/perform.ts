import { writeFile } from "node:fs/promises";
import path from "node:path";
import { counted } from "../../schemas/counted.ts";
import type { DataEgoStParams } from "./params.ts";
import { linesOf, writeJson } from "../../store/files.ts";
import { writeQuestions } from "../../data/questions/questions-file.ts";
import { StepFailure } from "../../core/step-failure.ts";
import type { StepContext } from "../../steps/context.ts";
import { applyPolicy } from "./policy.ts";
import { readAnnotations } from "./read-annotations.ts";
import { reportOf } from "./report.ts";

/** data/ego-st: the released annotations as one dataset. Rows that leave a doubt are set aside, each with its reason. */
export async function perform(context: StepContext): Promise<Record<string, number>> {
  const params = context.step.params as unknown as Required<DataEgoStParams>;
  const folder = context.outputs["dataset"]!;
  const { ingested, setAside } = await readAnnotations(context.inputs["annotations"]!, params.answer_key);
  const given = ingested.flatMap((one) => applyPolicy(one, params.policy) ?? []);
  const report = reportOf(ingested, setAside, given, params.policy);
  for (const { file, line, key, reason } of setAside.slice(0, 20))
    await context.events.write({ event: "message", text: `set aside ${file}:${line ?? key}: ${reason}` });
  if (given.length === 0)
    throw new StepFailure(
      "data",
      `None of ${counted(report.rows, "row")} can be used. The first: ${setAside[0]?.reason ?? "excluded by the policy"}.`,
    );
  await writeQuestions(folder, given);
  await writeJson(path.join(folder, "report.json"), report);
  await writeFile(path.join(folder, "set-aside.jsonl"), linesOf(setAside));
  const repaired = new Set(report.defects.flatMap(({ fate, ids }) => (fate === "repaired" ? ids : [])));
  return {
    rows: report.rows,
    parsed: report.parsed,
    set_aside: setAside.length,
    excluded: report.parsed - report.given,
    repaired: given.filter(({ id }) => repaired.has(id)).length,
    given: report.given,
    videos: report.videos,
    ...Object.fromEntries(report.defects.map(({ name, rows }) => [`defects[${name}]`, rows])),
  };
}
