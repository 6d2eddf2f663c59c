import { defineKind } from "../../steps/kind.ts";

export const kind = defineKind(import.meta.url, {
  rows: (_, __, back) => back("dataset"),
  perform: () => import("./perform.ts"),
});
