import { execa } from "execa";
import { hasAvx2 } from "../../host/avx2.ts";
import { PYTHON_ENVIRONMENT } from "../../host/toolchain.ts";
import { ALLOCATION } from "../../programs/trainer-program.ts";
import { FRAMES, FRAMES_PER_SECOND } from "./walk.ts";

/**
 * With AVX-512 x264 gives other files, and not always the same: it decides by memory that it never wrote, in which a film may
 * find another's. Its code for AVX2 gives the same ones on every processor that has that.
 */
const alike = (): string => (hasAvx2() ? "asm=avx2" : "");

/** A film that is to be encoded. */
export interface Film {
  /** Frames in rgb24, one or several at a time. */
  frames: Iterable<Uint8Array>;
  variableFrameRate: boolean;
  /** Path of the H.264 mp4. */
  output: string;
}

interface Encoding {
  python: string;
  size: number;
  crf: number;
  environment?: Record<string, string | undefined>;
  cwd?: string;
  signal?: AbortSignal;
}

/**
 * Encodes films one after the other in one process; `onWritten` is told the path of each. They are asked for as the encoder
 * comes to them. Throws what execa throws.
 */
export async function encode(
  films: Iterable<Film>,
  { python, size, crf, environment = process.env, cwd, signal }: Encoding,
  onWritten: (output: string) => void = () => {},
): Promise<void> {
  const how = { size, frames: FRAMES, rate: FRAMES_PER_SECOND, crf, x264: alike() };
  const encoder = execa(python, ["-m", "reprise_trainer.films", JSON.stringify(how)], {
    stdin: bytesOf(films),
    env: { ...environment, ...PYTHON_ENVIRONMENT, ...ALLOCATION, PYTHONUTF8: "1" },
    extendEnv: false,
    ...(cwd === undefined ? {} : { cwd }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  for await (const line of encoder) onWritten((JSON.parse(line) as { written: string }).written);
}

/** The encoder's input. */
function* bytesOf(films: Iterable<Film>): Generator<Uint8Array> {
  for (const { frames, output, variableFrameRate: uneven } of films) {
    yield Buffer.from(`${JSON.stringify({ output, uneven })}\n`);
    yield* frames;
  }
}
