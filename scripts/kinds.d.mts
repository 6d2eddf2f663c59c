interface Changed {
  kind: string;
  files: string[];
}
export function lookAtKinds(python?: string): Promise<{ raised: Changed[]; silent: Changed[] }>;
