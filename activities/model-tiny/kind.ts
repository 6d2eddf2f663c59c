import { SUPERVISED } from "../../programs/supervised-curves.ts";
import { defineKind } from "../../steps/kind.ts";

export const kind = defineKind(import.meta.url, {
  learns: {},
  curves: SUPERVISED,
  trainer: true,
  perform: () => import("./perform.ts"),
});
