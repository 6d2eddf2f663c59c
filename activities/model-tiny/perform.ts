/** Rows are checked here, as everywhere; Python trains. */
export { trainOnRows as perform } from "../../programs/train-on-rows.ts";
