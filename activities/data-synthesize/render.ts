import { paintBackground } from "./background.ts";
import { Grain } from "./grain.ts";
import { Skyline } from "./skyline.ts";
import { handTopIn, paintHand, paintPillar, pillarIn } from "./things.ts";
import { View } from "./view.ts";
import { FRAMES, type Walk } from "./walk.ts";

// Whoever takes frames one by one pays for each taking.
const TOGETHER_BYTES = 250_000;

/** Renders a walk as rgb24, size x size x 3 bytes a frame, a few frames at a time. */
export function* renderWalk(walk: Walk, size: number): Generator<Uint8Array> {
  const scene = { walk, view: new View(size), skyline: new Skyline(walk), grain: new Grain(walk.noiseSeed) };
  const bytes = size * size * 3;
  const together = Math.max(1, Math.floor(TOGETHER_BYTES / bytes));
  for (let first = 0; first < FRAMES; first += together) {
    const count = Math.min(together, FRAMES - first);
    const pixels = new Uint8ClampedArray(Buffer.allocUnsafeSlow(count * bytes).buffer);
    for (let at = 0; at < count; at++) renderFrame(scene, first + at, pixels, at * bytes);
    yield new Uint8Array(pixels.buffer);
  }
}

interface Scene {
  walk: Walk;
  view: View;
  skyline: Skyline;
  grain: Grain;
}

/** Renders a frame into pixels, from a place on. */
function renderFrame(
  { walk, view, skyline, grain }: Scene,
  frame: number,
  pixels: Uint8ClampedArray,
  from: number,
): void {
  const { size } = view;
  const pose = walk.poses[frame]!;
  view.turnTo(pose);
  skyline.turnTo(pose.heading, view.widest);
  const [pillar, handTop] = [pillarIn(walk, frame), handTopIn(walk, frame)];
  for (let row = 0; row < size; row++) {
    view.lookAlong(row);
    paintBackground(view, walk, skyline);
    if (pillar !== null) paintPillar(view, pillar);
    paintHand(view, row / size - handTop);
    grain.print(view.colours, pixels, from + row * size * 3);
  }
}
