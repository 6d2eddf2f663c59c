export function builtGitea(): string | null;
export function buildGitea(): Promise<{ folder: string } | { missing: string }>;
