import { SUPERVISED } from "../../programs/supervised-curves.ts";
import { defineKind } from "../../steps/kind.ts";

export const kind = defineKind(import.meta.url, {
  called: ["sft"],
  learns: { steps: { of: "row" } },
  curves: SUPERVISED,
  preflight: true,
  perform: () => import("./perform.ts"),
});
