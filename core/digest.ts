import { createHash } from "node:crypto";
import { configure } from "safe-stable-stringify";

const canonical = configure({ deterministic: true, strict: true });

/** SHA-256 of a text, or of a plain value as JSON with sorted keys; in hexadecimal. */
export function digestOf(value: unknown): string {
  const text = typeof value === "string" ? value : canonical(value)!;
  return createHash("sha256").update(text).digest("hex");
}
