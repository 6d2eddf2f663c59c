export function isInstalled(folder?: string): boolean;
export function writeWithoutChecks(folder: string): void;
export function onlyForChecks(): Set<string>;
