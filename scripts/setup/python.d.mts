export const ONLY_CUDA: Set<string>;
export function wantedPackages(cuda: boolean): string;
