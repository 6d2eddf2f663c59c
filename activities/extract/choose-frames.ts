/** Rounds halves to even, as numpy and torch do: the paper's code calls their round. */
function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/**
 * Which frames of `total` are taken. linspace-round: `count` indices spread evenly over the whole video, both ends
 * included, rounded (qwen-vl-utils). Throws when the video has fewer frames than asked for.
 */
export function chooseFrames(rule: "linspace-round", total: number, count: number): number[] {
  if (total < count) throw new Error(`it has ${total} frames, ${count} are needed`);
  switch (rule) {
    case "linspace-round":
      return Array.from({ length: count }, (_, i) => roundHalfToEven((i * (total - 1)) / (count - 1)));
  }
}
