interface Mutant {
  status: string;
  replacement: string;
  location: Record<"start" | "end", { line: number; column: number }>;
}

export function scoreOf(report: { files: Record<string, { source: string; mutants: Mutant[] }> }): {
  noticed: number;
  all: number;
  missed: string[];
};

export function intervalOf(score: { noticed: number; all: number }): [low: number, high: number];
