import type { FramesExtractParams } from "../../schemas/generated/frames-extract.ts";

export type FrameRule = NonNullable<FramesExtractParams["rule"]>;

/** Frames a second of the released code's first sampling, the library's default. */
const SAMPLED_FPS = 2;
const FEWEST_SAMPLED = 4;
const MOST_SAMPLED = 768;

/** Rounds halves to even, as numpy and torch do: the paper's code calls their round. */
function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** `count` numbers from 0 to `last`, both included, as torch.linspace gives them. */
const linspace = (last: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => (count === 1 ? 0 : (i * last) / (count - 1)));

/**
 * Which frames of a video are taken; ascending, counted from 0. Throws when it has fewer frames than asked for.
 *
 * - linspace-round: spread evenly over the whole video, both ends included, rounded.
 * - qwen-vl-utils: the same; that library's `nframes`, with an even count.
 * - as-released: first at 2 frames a second (at least 4, at most 768, even, rounded), then `count` of those, cut down to
 *   whole numbers: the released ST-R1 code. A short video gives the same frame several times.
 * - segment-centre: the middle frame of each of `count` equal parts, as the InternVL baselines see them.
 *
 * `seconds` is the video's length.
 */
export function chooseFrames(rule: FrameRule, total: number, count: number, seconds: number): number[] {
  if (total < count) throw new Error(`it has ${total} frames, ${count} are needed`);
  switch (rule) {
    case "linspace-round":
    case "qwen-vl-utils":
      return linspace(total - 1, count).map(roundHalfToEven);
    case "as-released": {
      const even = (value: number) => Math.floor(value / 2) * 2;
      const most = even(Math.min(MOST_SAMPLED, total));
      const sampled = even(Math.min(Math.max(seconds * SAMPLED_FPS, FEWEST_SAMPLED), most));
      const first = linspace(total - 1, sampled).map(roundHalfToEven);
      return linspace(sampled - 1, count).map((place) => first[Math.floor(place)]!);
    }
    case "segment-centre":
      return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * total) / count));
  }
}
