import { completionLimits } from "./lint.ts";
import { defineKind } from "../../steps/kind.ts";

export const kind = defineKind(import.meta.url, {
  called: ["eval", "evaluate"],
  evaluates: true,
  lint: [completionLimits],
  preflight: true,
  trainer: true,
  perform: () => import("./perform.ts"),
});
