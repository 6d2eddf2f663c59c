import { paintBackground, skylineOf } from "./background.ts";
import { Grain } from "./grain.ts";
import { handTopIn, paintHand, paintPillar, pillarIn } from "./things.ts";
import { View } from "./view.ts";
import { FRAMES, type Walk } from "./walk.ts";

/** Renders a walk frame by frame as rgb24, size x size x 3 bytes each. */
export function* renderWalk(walk: Walk, size: number): Generator<Uint8Array> {
  const view = new View(size);
  const skyline = skylineOf(walk);
  const grain = new Grain(walk.noiseSeed);
  for (let frame = 0; frame < FRAMES; frame++) {
    const pixels = new Uint8ClampedArray(size * size * 3);
    view.turnTo(walk.poses[frame]!);
    const [pillar, handTop] = [pillarIn(walk, frame), handTopIn(walk, frame)];
    for (let row = 0; row < size; row++) {
      view.lookAlong(row);
      paintBackground(view, walk, skyline);
      if (pillar !== null) paintPillar(view, pillar);
      paintHand(view, row / size - handTop);
      grain.print(view.colours, pixels, row * size * 3);
    }
    yield new Uint8Array(pixels.buffer);
  }
}
