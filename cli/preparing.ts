import { showValue } from "../core/show-value.ts";
import type { Found } from "../runs/preparing.ts";
import { say } from "./output.ts";
import { showFindings } from "./findings.ts";

/** Says what is found while a run is made ready. */
export const sayFound =
  (json: boolean) =>
  (found: Found): void => {
    switch (found.says) {
      case "findings":
        return showFindings(found);
      case "unanswered":
        return say(found.sentence, json);
      case "damaged":
        return say(`${found.step} is made again: ${found.text}.`, json);
      case "changed": {
        const { step, field, from, to } = found.change;
        const text = found.text ?? `${field} ${showValue(from)} -> ${showValue(to)}`;
        return say(`${step ?? "recipe"}: ${text}`, json);
      }
    }
  };
