import { writeFile } from "node:fs/promises";
import { digestOf } from "../../core/digest.ts";
import { counted } from "../../schemas/counted.ts";
import type { EvalJudgeParams } from "./params.ts";
import type { Judgement } from "../../schemas/generated/judgement.ts";
import type { RecordedReply } from "../../schemas/generated/recorded-reply.ts";
import { DOCUMENT_SCHEMAS } from "../../schemas/documents.ts";
import { linesOf, readJsonLines, writeWhole } from "../../store/files.ts";
import { Api, type Asking } from "../../asking/api/api.ts";
import { samplingOf, type ChatRequest } from "../../asking/api/server.ts";
import { namesOf } from "../../data/questions/names.ts";
import { finalText } from "../../data/reading/final-text.ts";
import type { OpenReply } from "../../asking/open-replies.ts";
import type { StepContext } from "../../steps/context.ts";
import { StepFailure } from "../../core/step-failure.ts";
import { aggregate, scoreOf, type JudgedReply } from "./aggregate.ts";
import { readJudgement } from "./read-judgement.ts";
import { judgePrompt } from "./rubric.ts";

type Params = Required<Omit<EvalJudgeParams, "cassette">>;

// A judgement that cannot be read is asked for once more in every attempt of the step.
const ASKINGS = 2;

/** eval/judge: scores replies to open questions. Refuses to give a result where too few have a score. */
export async function perform(context: StepContext): Promise<Record<string, number>> {
  const { repeats, coverage } = context.step.params as unknown as Params;
  const replies = await readJsonLines<OpenReply>(context.inputs["replies"]!);
  if (replies.length === 0) throw new StepFailure("data", "There is no reply to judge.");
  return Api.with(context, async (api) => {
    let done = 0;
    const judged = await Promise.all(
      replies.map(async (reply): Promise<JudgedReply> => {
        const result = await judgementsOf(reply, (repeat) => judgeOnce(context, api, reply, repeat), repeats);
        await context.events.write({
          event: "progress",
          done: ++done,
          total: replies.length,
          unit: "sample",
        });
        return result;
      }),
    );
    const took = await api.finish(context.outputs["cassette"]!);
    const scored = judged.filter(({ score }) => score !== null).length;
    if (scored === 0 || scored / judged.length < coverage) throw tooFew(judged, coverage);
    const metrics = { ...aggregate(judged), ...took };
    await writeFile(context.outputs["scores"]!, linesOf(judged));
    await writeWhole(context.outputs["metrics"]!, `${JSON.stringify(metrics, null, 1)}\n`);
    await context.events.write({ event: "metrics", step: judged.length, values: metrics });
    return metrics;
  });
}

/** All judgements of one reply. */
async function judgementsOf(
  { reply, error, declined, ...row }: OpenReply,
  once: (repeat: number) => Promise<Judgement | string>,
  repeats: number,
): Promise<JudgedReply> {
  const sample = namesOf(row);
  if (error !== undefined)
    return { ...sample, status: "unscored", judgements: [], score: null, reason: `no reply: ${error}` };
  if (declined !== undefined) return { ...sample, status: declined, judgements: [], score: 0 };
  if (finalText(reply) === "") return { ...sample, status: "empty", judgements: [], score: 0 };
  const results = await Promise.all(Array.from({ length: repeats }, (_, repeat) => once(repeat)));
  const judgements = results.filter((result) => typeof result !== "string");
  const reason = results.find((result) => typeof result === "string");
  if (judgements.length === 0)
    return { ...sample, status: "unscored", judgements, score: null, ...(reason ? { reason } : {}) };
  const score = judgements.reduce((sum, judgement) => sum + scoreOf(judgement), 0) / judgements.length;
  return { ...sample, status: "scored", judgements, score };
}

/** One judgement, or why there is none. */
async function judgeOnce(
  { step }: StepContext,
  api: Api,
  reply: OpenReply,
  repeat: number,
): Promise<Judgement | string> {
  const params = step.params as unknown as Params;
  const { rubric, repeats } = params;
  const body: ChatRequest = {
    ...samplingOf(params),
    messages: judgePrompt({ ...reply, reply: finalText(reply.reply) }, rubric),
    response_format: {
      type: "json_schema",
      json_schema: { name: "judgement", strict: true, schema: FORMAT },
    },
  };
  const request = digestOf(body);
  let fresh = 0;
  let reason = "";
  for (let number = 0; ; number++) {
    const asking: Asking = {
      id: reply.id,
      request,
      ask: repeat + number * repeats,
      body: () => Promise.resolve(body),
    };
    const known = api.isRecorded(asking);
    if (number > 0 && !known && (fresh >= ASKINGS || !api.asksServer)) return reason;
    if (!known) fresh++;
    const outcome = await api.ask(asking);
    if ("error" in outcome) return outcome.error;
    const judgement = judgementOf(outcome);
    if (typeof judgement !== "string") return judgement;
    reason = judgement;
  }
}

/** What a recorded reply of the judge says, or why it is no judgement. */
function judgementOf({ reply, truncated, filtered, refused }: RecordedReply): Judgement | string {
  if (filtered === true) return "the judge's reply was held back by a filter";
  if (refused) return "the judge refused to reply";
  const judgement = readJudgement(reply, truncated);
  if (judgement !== null) return judgement;
  const cut = truncated ? "; it was cut: raise 'max_completion_length'" : "";
  return `the judge's reply is no judgement${cut}`;
}

const { $schema: _, $id: __, title: ___, ...FORMAT } = DOCUMENT_SCHEMAS.judgement as Record<string, unknown>;

function tooFew(judged: readonly JudgedReply[], coverage: number): StepFailure {
  const without = judged.filter(({ score }) => score === null);
  const [first] = without;
  return new StepFailure(
    "gate",
    `The judge scored ${judged.length - without.length} of ${counted(judged.length, "reply")}; 'coverage' asks for ${coverage * 100} %. First without a score: ${first?.id} (${first?.reason}). Judgements are kept: run again to ask for the missing ones.`,
  );
}
