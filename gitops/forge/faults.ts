import { printable } from "../words/escape.ts";
import { ForgeError, type ForgeFault } from "./forge.ts";

// GitHub: after a secondary limit that names no time, wait a minute at least.
const UNSAID_WAIT = 60;
const LONGEST_WAIT = 86_400;

/** What an answer that is no success means. */
export function faultOf(response: Response, body: string, what: string): ForgeError {
  const said = sayingOf(body);
  const { status } = response;
  const end = said === "" ? "" : `: ${printable(said, 200)}`;
  if (status >= 300 && status < 400) {
    const location = response.headers.get("location");
    const place = location === null ? "" : ` to ${printable(location, 120)}`;
    return new ForgeError(
      "refused",
      `The forge sent ${what} elsewhere${place} (${status}). Was the repository renamed? Set its URL in gitops.yaml anew.`,
    );
  }
  const wait = waitOf(response.headers);
  if (isLimit(status, response.headers, said))
    return new ForgeError(
      "limited",
      `The forge took no more requests (${status})${end}`,
      wait ?? UNSAID_WAIT,
    );
  return new ForgeError(faultOfStatus(status, said), `The forge answered ${what} with ${status}${end}`, wait);
}

function isLimit(status: number, headers: Headers, said: string): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return (
    headers.has("retry-after") ||
    headers.get("x-ratelimit-remaining") === "0" ||
    /rate limit|abuse detection/i.test(said)
  );
}

function faultOfStatus(status: number, said: string): ForgeFault {
  if (status === 401 || status === 403) return "denied";
  if (status === 404 || status === 410) return "gone";
  if (status === 408 || status === 425 || status >= 500) return "unavailable";
  if (/maximum number of statuses/i.test(said)) return "full";
  // GitHub's words for a commit that it does not have (any more).
  if (status === 422 && /no commit found/i.test(said)) return "gone";
  return "refused";
}

/** Seconds: Retry-After as seconds or as a date, or the time when the limit begins anew, by the forge's own clock. */
function waitOf(headers: Headers): number | null {
  const now = Date.parse(headers.get("date") ?? "") || Date.now();
  const after = headers.get("retry-after");
  if (after !== null) {
    const seconds = /^[0-9]{1,9}$/.test(after.trim()) ? Number(after) : (Date.parse(after) - now) / 1000;
    if (Number.isFinite(seconds)) return within(seconds);
  }
  const left = headers.get("x-ratelimit-remaining") ?? headers.get("ratelimit-remaining");
  const reset = headers.get("x-ratelimit-reset") ?? headers.get("ratelimit-reset");
  if (left !== "0" || reset === null || !/^[0-9]{1,12}$/.test(reset)) return null;
  return within(Number(reset) - now / 1000);
}

const within = (seconds: number): number => Math.min(LONGEST_WAIT, Math.max(1, Math.ceil(seconds)));

/** What a forge says about a failure, of its JSON; "" of anything else. */
function sayingOf(body: string): string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return "";
  }
  return textsIn(value, 0).join("; ");
}

/** GitHub and Gitea: `message`, `errors[].message`. GitLab: `message` or `error`, as a text, a list, or lists by field. */
function textsIn(value: unknown, depth: number): string[] {
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object" || depth > 3) return [];
  if (Array.isArray(value)) return value.slice(0, 10).flatMap((item) => textsIn(item, depth + 1));
  const { message, error, errors } = value as Record<string, unknown>;
  const told = [message, error, errors].filter((part) => part !== undefined && part !== null);
  const parts = told.length > 0 || depth === 0 ? told : Object.values(value).slice(0, 10);
  return parts.flatMap((part) => textsIn(part, depth + 1));
}
