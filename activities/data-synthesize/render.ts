import { paintBackground } from "./background.ts";
import { Grain } from "./grain.ts";
import { Skyline } from "./skyline.ts";
import { handTopIn, paintHand, paintPillar, pillarIn } from "./things.ts";
import { View } from "./view.ts";
import { FRAMES, type Walk } from "./walk.ts";

/** Renders a walk frame by frame as rgb24, size x size x 3 bytes each. */
export function* renderWalk(walk: Walk, size: number): Generator<Uint8Array> {
  const scene = { walk, view: new View(size), skyline: new Skyline(walk), grain: new Grain(walk.noiseSeed) };
  for (let frame = 0; frame < FRAMES; frame++) yield renderFrame(scene, frame);
}

interface Scene {
  walk: Walk;
  view: View;
  skyline: Skyline;
  grain: Grain;
}

function renderFrame({ walk, view, skyline, grain }: Scene, frame: number): Uint8Array {
  const { size } = view;
  const pixels = new Uint8ClampedArray(size * size * 3);
  const pose = walk.poses[frame]!;
  view.turnTo(pose);
  skyline.turnTo(pose.heading, view.widest);
  const [pillar, handTop] = [pillarIn(walk, frame), handTopIn(walk, frame)];
  for (let row = 0; row < size; row++) {
    view.lookAlong(row);
    paintBackground(view, walk, skyline);
    if (pillar !== null) paintPillar(view, pillar);
    paintHand(view, row / size - handTop);
    grain.print(view.colours, pixels, row * size * 3);
  }
  return new Uint8Array(pixels.buffer);
}
