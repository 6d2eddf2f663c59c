import { agreeing, counted } from "../../schemas/counted.ts";
import type { RecordedReply } from "../../schemas/generated/recorded-reply.ts";
import { costOf, spendingOf, type Budget } from "./budget.ts";
import type { Cassette } from "./cassette.ts";
import type { Spent } from "./completion.ts";

interface Asking {
  /** Replies that the step used. */
  replies: readonly RecordedReply[];
  /** Replies that it paid for. */
  paid: readonly RecordedReply[];
  /** What it paid for replies that could not be used. */
  spoilt: readonly Spent[];
  /** What an earlier run recorded, where the two are compared. */
  before: Cassette | null;
  /** The recipe's model, and its day. */
  model: string;
  date: string;
  budget: Budget;
}

interface Change {
  id: string;
  before: { served: string; reply: string };
  now: { served: string; reply: string };
}

/** What asking took, whether the model changed, and what a reader should be told of it. */
export function apiMetrics({ replies, paid, spoilt, before, model, date, budget }: Asking): {
  metrics: Record<string, number>;
  changes: Change[];
  notes: string[];
} {
  const { input, output } = spendingOf(replies);
  const own = new Set(paid);
  const cost = costOf(spendingOf([...paid, ...spoilt]), budget);
  // In UTC, as the times are.
  const others = [...new Set(replies.map(({ asked }) => asked.slice(0, 10)))].filter((day) => day !== date);
  const served = [...new Set(replies.map((reply) => reply.served))].sort();
  const strange = replies.filter((reply) => !isModel(reply.served, model));
  const strangers = [...new Set(strange.map((reply) => reply.served))].sort();
  const changes = before === null ? [] : changesOf(replies, before);
  const was = new Set(before?.replies.map((reply) => reply.served));
  const renamed = before === null ? [] : served.filter((name) => !was.has(name));
  return {
    metrics: {
      replies: paid.length,
      spoilt: spoilt.length,
      recorded: replies.filter((reply) => !own.has(reply)).length,
      input_tokens: input,
      output_tokens: output,
      ...(cost === undefined ? {} : { cost }),
      other_days: replies.filter(({ asked }) => !asked.startsWith(date)).length,
      served_models: served.length,
      other_model: strange.length,
      ...(before === null ? {} : { changed: changes.length }),
    },
    changes,
    notes: [
      others.length > 0 && `replies of ${others.sort().join(", ")}, where the recipe says ${date}`,
      strangers.length > 0 &&
        `${strange.length} of ${counted(replies.length, "reply")} ${agreeing(strange.length, "is", "are")} of ${strangers.join(", ")}, as the server says; the recipe asks for ${model}`,
      served.length > 1 && `the server named ${served.length} models: ${served.join(", ")}`,
      renamed.length > 0 &&
        `the cassette is of ${[...was].join(", ")}; the server now says ${renamed.join(", ")}`,
      changes.length > 0 &&
        `the model changed: ${changes.length} of ${counted(replies.length, "reply")} ${agreeing(changes.length, "differs", "differ")} from the cassette's`,
    ].filter((note) => note !== false),
  };
}

const changesOf = (replies: readonly RecordedReply[], before: Cassette): Change[] =>
  replies.flatMap((now) => {
    const old = before.get(now.request, now.ask);
    const same = (["reply", "refused", "filtered"] as const).every((key) => old?.[key] === now[key]);
    if (old === undefined || same) return [];
    const shown = ({ served, reply }: RecordedReply) => ({ served, reply });
    return [{ id: now.id, before: shown(old), now: shown(now) }];
  });

// A day, a version, a revision of a repository.
const VERSION = /^(?:[-@:](?:v?\d[\d.-]*|latest|preview|main|[0-9a-f]{7,40}))+$/;

/** Whether a server's name for what replied can be the asked model's: itself, or a version of it, with or without a maker. */
function isModel(served: string, asked: string): boolean {
  const [name, own] = [served, asked].map((one) => one.toLowerCase().split("/").at(-1)!);
  const short = own!.replace(/[-:](?:latest|free|beta)$/, "");
  if (name === "" || name === own || name === short) return true;
  return name!.startsWith(short) && VERSION.test(name!.slice(short.length));
}
