export type Sources = Record<string, Record<string, string>>;
export interface KindSources {
  kinds: Record<string, { version: number; sources: string }>;
  files: Record<string, string>;
}
interface Changed {
  kind: string;
  files: string[];
}
export function recordOf(sources: Sources, versions: Record<string, number>): KindSources;
export function compareKinds(
  recorded: KindSources,
  now: KindSources,
  sources: Sources,
): { raised: Changed[]; silent: Changed[] };
