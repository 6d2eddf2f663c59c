export function changedLines(diff: string): Map<string, [first: number, last: number][]>;
