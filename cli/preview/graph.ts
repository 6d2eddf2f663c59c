import type { StepPreview } from "../../runs/preview/step-preview.ts";

const STYLES = {
  run: "fill:#fde2c4,stroke:#b45309",
  resume: "fill:#fef3b0,stroke:#a16207",
  reuse: "fill:#d9f2e3,stroke:#15803d",
} as const;

/** The plan's graph in Mermaid's words; colours say what would happen. */
export function mermaid(previews: readonly StepPreview[]): string {
  // Ids may hold what Mermaid reads as syntax.
  const names = new Map(previews.map(({ step }, index) => [step.id, `s${index}`]));
  const nodes = previews.map(
    ({ step, action }) => `  ${names.get(step.id)!}["${step.id}<br/>${step.kind}"]:::${action}`,
  );
  const edges = previews.flatMap(({ step }) =>
    step.after.map((id) => `  ${names.get(id)!} --> ${names.get(step.id)!}`),
  );
  const styles = Object.entries(STYLES).map(([action, style]) => `  classDef ${action} ${style}`);
  return ["flowchart TD", ...nodes, ...edges, ...styles].join("\n");
}
