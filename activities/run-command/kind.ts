import { programTexts } from "./lint.ts";
import { defineKind } from "../../steps/kind.ts";

export const kind = defineKind(import.meta.url, {
  takesAnySecret: true,
  lint: [programTexts],
  perform: () => import("./perform.ts"),
});
