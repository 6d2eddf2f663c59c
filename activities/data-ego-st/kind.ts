import { defineKind } from "../../steps/kind.ts";

export const kind = defineKind(import.meta.url, {
  rows: (_, __, back) => back("annotations"),
  report: () => import("./section.ts"),
  perform: () => import("./perform.ts"),
});
