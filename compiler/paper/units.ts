/** Units that a paper may count in, as powers of ten or of 1024. */
export const UNITS: Readonly<Record<string, { ten: number } | { binary: number }>> = {
  "%": { ten: -2 },
  "‰": { ten: -3 },
  k: { ten: 3 },
  M: { ten: 6 },
  G: { ten: 9 },
  B: { ten: 9 },
  Ki: { binary: 1 },
  Mi: { binary: 2 },
  Gi: { binary: 3 },
};

// What a hundredth may be of: where the parameter says no unit, it may be a share.
const SHARE = /^(?:share|probability|dimensionless)\b/;
const OF_SHARES = new Set(["%", "‰"]);

/** Units that numbers of a parameter may be given in; `own` is the parameter's. */
export const knownUnits = (own: string | undefined): string[] => [
  ...(own === undefined ? [] : [own]),
  ...Object.keys(UNITS).filter((unit) => fits(unit, own)),
];

const fits = (unit: string, own: string | undefined): boolean =>
  !OF_SHARES.has(unit) || own === undefined || SHARE.test(own);

/** A number of `unit` as one of the parameter's own unit; null where that is not known. 7 % is 0.07, to the last bit. */
export function inUnit(number: number, unit: string, own: string | undefined): number | null {
  if (unit === own) return number;
  const known = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  if (known === undefined || !fits(unit, own)) return null;
  if ("binary" in known) return number * 1024 ** known.binary;
  const [digits = "", exponent = "0"] = String(number).split("e");
  return Number(`${digits}e${Number(exponent) + known.ten}`);
}
