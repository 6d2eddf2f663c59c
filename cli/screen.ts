import process from "node:process";

// Narrower, a table is no table any more; wider, the eye loses the line.
const [NARROWEST, WIDEST] = [60, 200];
const THROUGH_A_PIPE = 120;

/** Columns that may be filled: the terminal's, or what COLUMNS says; 60 to 200 of them. */
export function screenWidth(
  columns: number | undefined = process.stdout.columns,
  said: string | undefined = process.env["COLUMNS"],
): number {
  const width = columns || Number(said) || THROUGH_A_PIPE;
  return Math.min(WIDEST, Math.max(NARROWEST, Math.floor(width)));
}
