export { runPlan } from "./run-plan.ts";
