// Generated from activities/frames-extract/schema.json by `npm run generate`. Do not edit.
/** Cut a fixed number of frames from each video of a dataset. Number and time of each are known from the decoder that gave it. */
export interface FramesExtractParams {
  /** The questions whose videos are cut. */
  dataset: string;
  /** Folder from which the videos' paths count; a bare file name is looked for at any depth. Without it, their paths count from the dataset. */
  videos?: string;
  /** Go on without the rows whose video is missing, damaged, broken off or too short; they are counted and listed. */
  allow_missing?: boolean;
  /** Frames per clip. */
  frames?: number;
  /** Which frames, of n, for i from 0 to k - 1. linspace-round: round(i (n - 1) / (k - 1)). qwen-vl-utils: the same for an even k that n allows, and 2 frames a second where k does not bind. as-released: first that at 2 frames a second, then floor(i (m - 1) / (k - 1)) of those m. segment-centre: the middle of each of k equal parts. */
  rule?: "linspace-round" | "qwen-vl-utils" | "as-released" | "segment-centre";
  /** Size of a frame: WIDTHxHEIGHT in pixels; 'keep', which needs videos whose sides are multiples of 28; or a budget of pixels that keeps the shape, by the arithmetic of Qwen2-VL's processor. Sides are multiples of 28, two patches of the model. */
  size:
    | string
    | {
        /** Most pixels of one frame; ST-R1's code uses 196 * 28 * 28 = 153664. */
        max_pixels: number;
        /** Fewest pixels of one frame, 0 if left out; ST-R1's code uses 128 * 28 * 28 = 100352. */
        min_pixels?: number;
      };
}
