// Generated from schemas/kinds/frames-extract.schema.json by `npm run generate`. Do not edit.
/**
 * Cut a fixed number of frames from each video of a dataset, by seeking.
 */
export interface FramesExtractParams {
  /**
   * The dataset whose videos are cut.
   */
  dataset: string;
  /**
   * Frames per clip.
   */
  frames?: number;
  /**
   * Which frames: linspace-round takes round(i * (n - 1) / (frames - 1)), both ends included.
   */
  rule?: "linspace-round";
  /**
   * Size of a frame: WIDTHxHEIGHT in pixels, or a budget of pixels per frame that keeps the shape. Sides are multiples of 28, the model's patch size.
   */
  size:
    | string
    | {
        /**
         * Most pixels of one frame; the released code uses 196 * 28 * 28 = 153664.
         */
        max_pixels: number;
      };
}
