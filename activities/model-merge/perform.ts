/** Python merges. */
export { runTrainer as perform } from "../../programs/run-trainer.ts";
