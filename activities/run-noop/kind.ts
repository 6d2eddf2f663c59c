import { defineKind } from "../../steps/kind.ts";

export const kind = defineKind(import.meta.url, {
  perform: () => import("./perform.ts"),
});
