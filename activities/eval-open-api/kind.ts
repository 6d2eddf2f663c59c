import { repliesGiven } from "../../asking/main-number.ts";
import { defineKind } from "../../steps/kind.ts";

export const kind = defineKind(import.meta.url, {
  evaluates: true,
  mainNumber: repliesGiven,
  perform: () => import("./perform.ts"),
});
