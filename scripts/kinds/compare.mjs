// Whether each kind's version was raised with its sources.
import { createHash } from "node:crypto";

/** One digest of a kind's sources. */
const digestOfSources = (files) =>
  createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 16);

/** What is to be written down of kinds: `{ kinds: {kind: {version, sources}}, files: {file: digest} }`. */
export function recordOf(sources, versions) {
  const kinds = Object.fromEntries(
    Object.entries(sources).map(([kind, files]) => [
      kind,
      { version: versions[kind], sources: digestOfSources(files) },
    ]),
  );
  const files = Object.assign({}, ...Object.values(sources));
  return { kinds, files: Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** Kinds that are not as recorded: `raised` with another version, `silent` with the old one, each with the files that changed. */
export function compareKinds(recorded, now, sources) {
  const [raised, silent] = [[], []];
  for (const [kind, { version, sources: digest }] of Object.entries(now.kinds)) {
    const before = recorded.kinds[kind];
    if (before?.version === version && before.sources === digest) continue;
    const files = Object.keys(sources[kind]).filter((file) => recorded.files[file] !== now.files[file]);
    (before?.version === version ? silent : raised).push({ kind, files });
  }
  const gone = Object.keys(recorded.kinds).filter((kind) => !(kind in now.kinds));
  return { raised: [...raised, ...gone.map((kind) => ({ kind, files: [] }))], silent };
}
