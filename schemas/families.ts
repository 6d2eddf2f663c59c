import { createRequire } from "node:module";

/** What must be known of a family of models where no model is at hand. The trainers' own facts are held to these by a test. */
interface Family {
  title: string;
  /** Pixels of a frame's side that become one token: sides are multiples of it. */
  token_side: number;
  /** What its released generation config sets, where that leaves nothing to be drawn. */
  sampling: Record<string, number>;
}

/** The families that the trainers know, by `model_type` in a model's config.json. */
const FAMILIES = createRequire(import.meta.url)("./families.json") as { qwen2_vl: Family };

/** The family that the kinds' own defaults are for. */
export const DEFAULT_FAMILY = FAMILIES.qwen2_vl;
