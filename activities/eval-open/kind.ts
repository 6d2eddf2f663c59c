import { repliesGiven } from "../../asking/main-number.ts";
import { defineKind } from "../../steps/kind.ts";

export const kind = defineKind(import.meta.url, {
  evaluates: true,
  preflight: true,
  mainNumber: repliesGiven,
  trainer: true,
  perform: () => import("./perform.ts"),
});
