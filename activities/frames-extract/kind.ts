import { defineKind } from "../../steps/kind.ts";

export const kind = defineKind(import.meta.url, {
  called: ["frames", "extract"],
  makes: { frames: "frames (a dataset that frames/extract has cut)" },
  turns: { from: "dataset", to: "frames", says: "Cut its frames first" },
  rows: (_, __, back) => back("dataset"),
  report: () => import("./section.ts"),
  perform: () => import("./perform.ts"),
});
