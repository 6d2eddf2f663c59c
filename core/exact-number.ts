/** Whether a number is the one that its text says, as far as that is a whole number. */
export function isExact(value: number, text: string): boolean {
  const [, sign, digits] = /^([-+]?)(0x[0-9a-f]+|0o[0-7]+|[0-9]+)$/i.exec(text) ?? [];
  if (digits === undefined || Number.isSafeInteger(value)) return true;
  const said = BigInt(digits);
  return BigInt(value) === (sign === "-" ? -said : said);
}
