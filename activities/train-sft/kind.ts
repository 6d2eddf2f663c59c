import { SUPERVISED } from "../../programs/supervised-curves.ts";
import { defineKind } from "../../steps/kind.ts";

export const kind = defineKind(import.meta.url, {
  called: ["sft"],
  learns: { steps: { of: "row" } },
  curves: SUPERVISED,
  preflight: true,
  trainer: true,
  perform: () => import("./perform.ts"),
});
