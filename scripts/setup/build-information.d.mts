export function buildInformation(file: string): {
  module: string;
  version: string;
  settings: Record<string, string>;
};
