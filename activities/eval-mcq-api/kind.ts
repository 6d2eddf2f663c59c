import { defineKind } from "../../steps/kind.ts";

export const kind = defineKind(import.meta.url, {
  evaluates: true,
  perform: () => import("./perform.ts"),
});
