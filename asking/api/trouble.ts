import { APIConnectionError, APIError } from "openai";
import { BrokenReply, UnreadableReply } from "./completion.ts";

/**
 * What an error of a request means: it may pass, it is this request's alone, it is either this request's or the key's, or no
 * request will be answered.
 */
export interface Trouble {
  means: "passes" | "refused" | "forbidden" | "hopeless";
  text: string;
  /** Whether there was an answer at all. */
  answered: boolean;
  /** How long the server asks to wait, in milliseconds. */
  wait: number;
}

const LONGEST_TEXT = 300;
const PASSING = new Set([408, 409, 425, 429]);
const HOPELESS = new Set([401, 402, 404, 405]);
// A key that may not ask, or one question that a moderator holds back: only other replies tell.
const FORBIDDEN = 403;
// A quota that is used up is told by the status of a rate limit.
const QUOTA = new Set(["insufficient_quota", "billing_hard_limit_reached"]);

/** Reads an error of a request; undefined for one that is not the server's. */
export function troubleOf(error: unknown): Trouble | undefined {
  const trouble = (means: Trouble["means"], text: string, more: Partial<Trouble> = {}): Trouble => ({
    ...{ means, text: text.replaceAll(/\s+/g, " ").slice(0, LONGEST_TEXT), answered: true, wait: 0 },
    ...more,
  });
  const inner = innermost(error);
  if (inner instanceof BrokenReply) return trouble("passes", inner.message);
  if (inner instanceof UnreadableReply) return trouble("refused", inner.message);
  if (!(error instanceof APIError)) return undefined;
  const status = error.status as number | undefined;
  if (error instanceof APIConnectionError || status === undefined)
    return trouble("passes", causeOf(error), { answered: false });
  if (HOPELESS.has(status) || QUOTA.has(String(error.code))) return trouble("hopeless", error.message);
  if (status === FORBIDDEN) return trouble("forbidden", error.message);
  if (!PASSING.has(status) && status < 500) return trouble("refused", error.message);
  return trouble("passes", error.message, { wait: waitOf(error.headers, Date.now()) });
}

/** What `Retry-After` asks for, in milliseconds: seconds, or a date. 0 without it. */
export function waitOf(headers: Headers | undefined, now: number): number {
  const exact = Number(headers?.get("retry-after-ms") ?? Number.NaN);
  if (exact >= 0) return exact;
  const value = headers?.get("retry-after") ?? "";
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}

/** What stands behind an error: the client's and fetch's own words say nothing. */
function innermost(error: unknown): unknown {
  let inner = error;
  while (inner instanceof Error && inner.cause !== undefined) inner = inner.cause;
  return inner;
}

function causeOf(error: Error): string {
  const inner = innermost(error);
  const { code } = inner as NodeJS.ErrnoException;
  const text = inner instanceof Error && inner.message !== "" ? inner.message : error.message;
  return code === undefined || text.includes(code) ? text : `${text} (${code})`;
}
