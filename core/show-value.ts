/** A value as short as it stays readable: digests are cut, small numbers are written as in a recipe. */
export function showValue(value: unknown): string {
  if (value === null || value === undefined) return "none";
  if (typeof value === "number" && value !== 0 && Math.abs(value) < 1e-3) return value.toExponential();
  if (typeof value === "string") return /^[0-9a-f]{64}$/.test(value) ? `${value.slice(0, 8)}…` : value;
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** A text with its digests cut to twelve digits, which name them well enough for a person. */
export const shortDigests = (text: string): string =>
  text.replaceAll(/\b([0-9a-f]{12})[0-9a-f]{52}\b/g, "$1");
