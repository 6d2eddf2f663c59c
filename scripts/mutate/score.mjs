// One that runs for ever was noticed: its test timed out.
const NOTICED = new Set(["Killed", "Timeout"]);
const MISSED = new Set(["Survived", "NoCoverage"]);

/** What Stryker's report says of its mutants: how many were noticed, of how many, and those that were not, a line each. */
export function scoreOf({ files }) {
  const mutants = Object.entries(files).flatMap(([file, { source, mutants: own }]) =>
    own.map((mutant) => ({ file, source, ...mutant })),
  );
  const missed = mutants.filter(({ status }) => MISSED.has(status));
  const noticed = mutants.filter(({ status }) => NOTICED.has(status)).length;
  return { noticed, all: noticed + missed.length, missed: missed.sort(byPlace).map(lineOf) };
}

const byPlace = (one, other) => one.location.start.line - other.location.start.line;

function lineOf({ file, source, status, location: { start, end }, replacement }) {
  const line = source.split("\n")[start.line - 1];
  const original = line.slice(start.column - 1, end.line === start.line ? end.column - 1 : undefined);
  const untested = status === "NoCoverage" ? " (no test comes here)" : "";
  return `${file}:${start.line}: ${short(original)} -> ${short(replacement)}${untested}`;
}

const short = (text) => {
  const one = text.replaceAll(/\s+/g, " ");
  return one.length > 60 ? `${one.slice(0, 59)}…` : one;
};

/** Wilson's 95 % interval of a share. */
export function intervalOf({ noticed, all }) {
  const z = 1.959964;
  const middle = (noticed + z ** 2 / 2) / (all + z ** 2);
  const half = (z / (all + z ** 2)) * Math.sqrt((noticed * (all - noticed)) / all + z ** 2 / 4);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
