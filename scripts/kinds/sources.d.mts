export function digestTypeScript(text: string): Promise<string>;
export function pythonSources(
  root: string,
  python: string,
  modules: string[],
): Record<string, Record<string, string>>;
export function sourcesOfKinds(root: string, python: string): Promise<Record<string, Record<string, string>>>;
