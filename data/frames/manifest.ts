/** One line of frames.jsonl: which frames of a video stand in its strip, and how they were found. */
export interface FrameManifestLine {
  video: string;
  sha256: string;
  strip: string;
  index: number[];
  /** Presentation time of each frame, in seconds from the file's start. */
  pts: number[];
  total: number;
  /** Whether the time between two frames varies. */
  variable_rate: boolean;
  rule: string;
  /** Size of one frame, in pixels. */
  width: number;
  height: number;
  /** Whether only what leads to the frames was decoded, or the whole file. */
  read: "seek" | "decode";
  /** Warnings of demuxer and decoder. */
  warnings: number;
  /** What is worth knowing about the file, in words. */
  notes: string[];
}
