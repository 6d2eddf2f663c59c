interface Place {
  line: number;
  column: number;
}

export function isDrawn(
  change: { fileName: string; replacement: string; location: { start: Place; end: Place } },
  root: string,
  sample: { percent: number; seed: string },
): boolean;

export const strykerPlugins: readonly { kind: string; name: string; factory: () => object }[];
