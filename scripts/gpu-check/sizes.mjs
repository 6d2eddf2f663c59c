// What is built: the real dimensions, or for --dry ones that a processor trains in seconds.
import fs from "node:fs";
import path from "node:path";
import { root } from "../setup/places.mjs";

const MODEL = "Qwen/Qwen2-VL-7B-Instruct";
// Few layers of full width: the same kernels on the same shapes, loaded in seconds. For what does not depend on depth.
const SHALLOW = 4;

const full = () => {
  const file = path.join(root, "trainer/reprise_trainer/models/qwen2_vl/architectures.json");
  return JSON.parse(fs.readFileSync(file, "utf8"))[MODEL];
};

/** The model with other dimensions. */
const changed = (model, text, vision) => ({
  ...model,
  text: { ...model.text, ...text },
  vision: { ...model.vision, ...vision },
});

const real = () => ({
  models: {
    full: full(),
    shallow: changed(full(), { num_hidden_layers: SHALLOW }, { depth: SHALLOW }),
  },
  // Ordinary tokens before the special ones (the model's tokenizer_config.json).
  words: 151643,
  // As preflight takes them: the largest frame of the recipe's budget of pixels, and its numbers of words.
  clips: {
    rows: { train: 48, eval: 32 },
    frames: 8,
    frame: [392, 392],
    prompt: "tags",
    prompt_tokens: 150,
    answer_tokens: 150,
  },
});

const scaledDown = () => {
  const text = {
    vocab_size: 2048,
    hidden_size: 64,
    intermediate_size: 128,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    max_position_embeddings: 4096,
    rope_parameters: { rope_type: "default", rope_theta: 10000, mrope_section: [2, 3, 3] },
  };
  const model = changed(full(), text, {
    depth: 2,
    embed_dim: 32,
    hidden_size: 64,
    num_heads: 2,
    mlp_ratio: 2,
  });
  return {
    models: { full: model, shallow: model },
    words: 2000,
    clips: {
      rows: { train: 12, eval: 8 },
      frames: 8,
      frame: [56, 56],
      prompt: "tags",
      prompt_tokens: 90,
      answer_tokens: 20,
    },
  };
};

/** Models by name, tokens and clips, as checks.json holds them. */
export const sizes = (dry) => (dry ? scaledDown() : real());
