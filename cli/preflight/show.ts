import { makesNoStep, type Workload } from "../../compiler/lint/workloads.ts";
import { colours } from "../colours.ts";
import { drawTable } from "../table.ts";
import { sum, type Answer, type Footprint } from "./footprint.ts";
import { agreeing, counted } from "../../schemas/counted.ts";

const gb = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e9 ? 3 : 1)} GB`;
/** Such as 8.29B; --json has all digits. */
const count = (value: number): string =>
  value.toLocaleString("en-US", { notation: "compact", maximumFractionDigits: 2 });

interface Found {
  footprints: ReadonlyMap<string, Footprint>;
  workloads: ReadonlyMap<string, Workload>;
  details: boolean;
}

/** What the look at full size found, as a table; the memory by part where details are asked for. */
export function showPreflight(answers: readonly Answer[], { footprints, workloads, details }: Found): string {
  const head = [
    "step",
    "weights, trained",
    "tokens a row",
    "optimizer steps",
    "a GPU needs",
    "checkpoint",
    "about",
  ];
  const rows = answers.map((answer) => {
    if (!answer.ok) return [answer.id, colours.red(answer.message), "", "", "", "", ""];
    const found = footprints.get(answer.id)!;
    const { total, trainable, quantised } = answer.counts;
    const { vision, row } = answer.tokens;
    return [
      answer.id,
      `${count(total)}, ${trainable === total ? "all" : count(trainable)}${quantised === 0 ? "" : `\n${count(quantised)} in 4 bits`}`,
      row === undefined ? "" : `${row}, ${vision} vision`,
      stepsOf(workloads.get(answer.id)),
      fitOf(found),
      found.checkpointGb === 0 ? "" : gb(found.checkpointGb * 1e9),
      found.hours === null ? "" : `${found.flops!.toExponential(1)} FLOPs\n${timeOf(found.hours)}`,
    ];
  });
  const parts = answers.flatMap((answer) =>
    answer.ok ? Object.entries(answer.phases).map(([phase, bytes]) => partsOf(answer.id, phase, bytes)) : [],
  );
  const end = details
    ? [...parts, ...notes()]
    : ["--details shows each GPU's memory by part, and what is assumed."];
  return [drawTable(head, rows), ...end].join("\n");
}

function stepsOf(workload: Workload | undefined): string {
  if (workload === undefined) return "";
  const { optimizerSteps, effectiveBatch, rows, leftOut, generation } = workload;
  if (makesNoStep(workload) && rows !== null && generation !== null)
    return colours.red(
      `none: a generation takes ${counted(generation, "prompt")},\nand there ${agreeing(rows, "is", "are")} ${counted(rows, "row")}`,
    );
  const left =
    rows !== null && leftOut
      ? `\n${leftOut} of ${counted(rows, "row")} ${agreeing(leftOut, "fills", "fill")} no generation`
      : "";
  return `${optimizerSteps ?? "unknown"} of ${effectiveBatch.value}\n${effectiveBatch.text}${left}`;
}

function fitOf({ neededGb, hasGb, fits, gpu, gpus }: Footprint): string {
  const text = `${neededGb.toFixed(1)} of ${hasGb} GB\n${gpus} x ${gpu}`;
  return fits ? text : colours.red(`${text}\ndoes not fit`);
}

const timeOf = (hours: number): string =>
  Math.round(60 * hours) < 60 ? `${Math.round(60 * hours)} min` : `${hours.toFixed(1)} h`;

function partsOf(id: string, phase: string, parts: Record<string, number>): string {
  const lines = Object.entries(parts).map(([name, bytes]) => `  ${gb(bytes).padStart(10)}  ${name}`);
  return [`${id}, ${phase}: ${gb(sum(Object.values(parts)))} on each GPU`, ...lines].join("\n");
}

const notes = (): string[] => [
  "Beside the parts a GPU needs CUDA's own share: 0.84 GB as measured on an H100; with several GPUs 2.2 GB more are assumed.",
  "Time follows from what one H100 reached; on another machine, and with replies that end earlier, it is another. See docs/gpu.md.",
  "Words of prompts and answers are counted as 150 tokens each: there is no tokenizer without the model.",
];
