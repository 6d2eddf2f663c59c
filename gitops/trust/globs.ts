import picomatch from "picomatch";

const OPTIONS = { dot: true, nobrace: false, nonegate: true, noextglob: true, strictSlashes: true } as const;

/** Whether a name fits one of some patterns: * is anything but a slash, ** anything. */
export function fits(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matcher(pattern)(name));
}

const known = new Map<string, (name: string) => boolean>();

function matcher(pattern: string): (name: string) => boolean {
  const made = known.get(pattern) ?? picomatch(pattern, OPTIONS);
  known.set(pattern, made);
  return made;
}
