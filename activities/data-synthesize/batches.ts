/** More films in one process save little, and an interrupted step loses them all. */
const MOST = 16;
/** An encoder keeps some thirty pictures in memory: this many pixels of all films take about 200 MB. */
const MOST_PIXELS = 1_000_000;

/** What is encoded by one process each; all of `lanes` processes side by side have something to do. */
export function inBatches<T>(films: readonly T[], size: number, lanes: number): T[][] {
  const fit = Math.floor(MOST_PIXELS / (size * size));
  const length = Math.max(1, Math.min(MOST, fit, Math.ceil(films.length / lanes)));
  return Array.from({ length: Math.ceil(films.length / length) }, (_, number) =>
    films.slice(number * length, (number + 1) * length),
  );
}
