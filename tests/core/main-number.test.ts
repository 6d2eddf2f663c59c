import { expect, test } from "vitest";
import { mainNumber, movingNumbers } from "../../core/main-number.ts";

test("an accuracy is a share in percent, or the number that it is", () => {
  expect(mainNumber(undefined, { accuracy: 0.9351 })).toBe("accuracy 93.5 %");
  expect(mainNumber(undefined, { accuracy: 93.51 })).toBe("accuracy 93.51");
  expect(mainNumber(undefined, { accuracy: 0.5, accuracy_low: 0.4, accuracy_high: 0.6 })).toBe(
    "accuracy 50.0 % [40.0, 60.0]",
  );
  expect(mainNumber(undefined, { accuracy: 50, accuracy_low: 40, accuracy_high: 60 })).toBe(
    "accuracy 50 [40, 60]",
  );
});

test("while a step works, loss, reward and accuracy are shown from where to where they moved", () => {
  const first = { loss: 4.12, reward: 0.2, accuracy: 0.25 };
  expect(movingNumbers(undefined, first, { loss: 0.31, reward: 0.7, accuracy: 0.5 })).toBe(
    "loss 4.120 → 0.310  reward 0.200 → 0.700  accuracy 25.0 % → 50.0 %",
  );
  expect(movingNumbers(undefined, { loss: 4.12 }, { loss: 4.12 })).toBe("loss 4.120");
  expect(movingNumbers(undefined, {}, { frames: 3 })).toBe("3 frames");
});
