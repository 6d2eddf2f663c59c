export function linkTree(from: string, to: string): number;
