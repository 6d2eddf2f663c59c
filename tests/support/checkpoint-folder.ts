import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Makes whole checkpoints of two small files, for each of the steps. */
export function writeCheckpoints(folder: string, key: string, ...steps: number[]): void {
  for (const step of steps) {
    const place = path.join(folder, `checkpoint-${step}`);
    mkdirSync(place, { recursive: true });
    const files = ["optimizer.pt", "adapter.safetensors"].map((name) => {
      const text = `${name} at ${step}`;
      writeFileSync(path.join(place, name), text);
      return { path: name, bytes: text.length, sha256: createHash("sha256").update(text).digest("hex") };
    });
    writeFileSync(path.join(place, "reprise-checkpoint.json"), JSON.stringify({ step, key, files }));
  }
}
