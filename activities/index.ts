import { Kinds } from "../core/kinds.ts";
import { outsideKind } from "../outside/kind.ts";
import type { Plan } from "../schemas/plan.ts";
import type { Kind } from "../steps/kind.ts";
import { kind as dataSynthesize } from "./data-synthesize/kind.ts";
import { kind as dataEgoSt } from "./data-ego-st/kind.ts";
import { kind as dataReverseThinking } from "./data-reverse-thinking/kind.ts";
import { kind as dataSplit } from "./data-split/kind.ts";
import { kind as framesExtract } from "./frames-extract/kind.ts";
import { kind as modelTiny } from "./model-tiny/kind.ts";
import { kind as trainSft } from "./train-sft/kind.ts";
import { kind as modelMerge } from "./model-merge/kind.ts";
import { kind as trainGrpo } from "./train-grpo/kind.ts";
import { kind as evalMcq } from "./eval-mcq/kind.ts";
import { kind as evalMcqApi } from "./eval-mcq-api/kind.ts";
import { kind as evalOpen } from "./eval-open/kind.ts";
import { kind as evalOpenApi } from "./eval-open-api/kind.ts";
import { kind as evalJudge } from "./eval-judge/kind.ts";
import { kind as runCommand } from "./run-command/kind.ts";
import { kind as runNoop } from "./run-noop/kind.ts";

/** The kinds that Reprise brings along. */
export const KINDS = new Kinds<Kind>([
  dataSynthesize,
  dataEgoSt,
  dataReverseThinking,
  dataSplit,
  framesExtract,
  modelTiny,
  trainSft,
  modelMerge,
  trainGrpo,
  evalMcq,
  evalMcqApi,
  evalOpen,
  evalOpenApi,
  evalJudge,
  runCommand,
  runNoop,
]);

/** The kinds of a plan's steps: those of Reprise, and those from outside that travel with it. */
export const kindsOf = ({ kinds = {} }: Pick<Plan, "kinds">): Kinds<Kind> => {
  const outside = Object.values(kinds).map(outsideKind);
  return outside.length === 0 ? KINDS : new Kinds([...KINDS, ...outside]);
};
