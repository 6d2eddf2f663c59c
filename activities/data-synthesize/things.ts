import type { View } from "./view.ts";
import { legOf, progressInLeg, type Walk } from "./walk.ts";

type Colour = readonly [number, number, number];
const PILLARS: readonly [Colour, Colour] = [
  [220, 40, 40],
  [40, 60, 220],
];
const SKIN: Colour = [225, 175, 140];
/** As a share of the picture's width. */
const HALF_HAND = 0.09;

/** A pillar as it is seen. */
interface SeenPillar {
  middle: number;
  halfWidth: number;
  top: number;
  foot: number;
  colour: Colour;
}

/** The pillar of a frame's leg; null where it is too near, or behind. */
export function pillarIn(walk: Walk, frame: number): SeenPillar | null {
  const [pose, pillar] = [walk.poses[frame]!, walk.pillars[legOf(frame)]];
  const [cosHead, sinHead] = [Math.cos(pose.heading), Math.sin(pose.heading)];
  const [dx, dz] = [pillar.x - pose.x, pillar.z - pose.z];
  const ahead = dx * sinHead + dz * cosHead;
  if (ahead < 0.4) return null;
  const aside = dx * cosHead - dz * sinHead;
  return {
    middle: aside / ahead,
    halfWidth: 0.45 / ahead,
    top: -0.8 / ahead,
    foot: 1 / ahead,
    colour: PILLARS[pillar.colour],
  };
}

export function paintPillar(view: View, pillar: SeenPillar): void {
  const { size, alongRight, alongUp, aside, below, colours } = view;
  const { middle, halfWidth, top, foot, colour } = pillar;
  // A row goes straight: between its ends it is nowhere higher or lower.
  const [first, last] = [below - alongUp[0]!, below - alongUp[size - 1]!];
  if (Math.max(first, last) <= top || Math.min(first, last) >= foot) return;
  const from = Math.max(0, Math.floor(view.columnOf(middle - halfWidth)));
  const to = Math.min(size - 1, Math.ceil(view.columnOf(middle + halfWidth)));
  for (let column = from; column <= to; column++) {
    const v = below - alongUp[column]!;
    if (v <= top || v >= foot) continue;
    const across = (alongRight[column]! + aside - middle) / halfWidth;
    if (across > -1 && across < 1) shine(colours, column, colour, 1 - 0.35 * across * across);
  }
}

/** Where a frame's hand ends at the top, as a share of the picture's height; Infinity where there is none. */
export function handTopIn(walk: Walk, frame: number): number {
  const leg = legOf(frame);
  if (walk.facts.action[leg] !== 1) return Infinity;
  return 0.64 - 0.16 * Math.sin(Math.PI * (0.15 + 0.7 * progressInLeg(frame))) + walk.handHeight[leg];
}

/** The row of a hand that is so far below its top. */
export function paintHand({ size, colours }: View, below: number): void {
  if (below <= 0) return;
  const [bent, width] = [0.1 * below, Math.sqrt(Math.min(1, below * 14))];
  const from = Math.max(0, Math.floor((0.5 + bent - HALF_HAND) * size));
  const to = Math.min(size - 1, Math.ceil((0.5 + bent + HALF_HAND) * size));
  for (let column = from; column <= to; column++) {
    const across = Math.abs(column / size - 0.5 - bent) / HALF_HAND;
    if (across < width) shine(colours, column, SKIN, 1 - 0.25 * across * across);
  }
}

function shine(colours: Float64Array, column: number, [red, green, blue]: Colour, light: number): void {
  colours[column * 3] = red * light;
  colours[column * 3 + 1] = green * light;
  colours[column * 3 + 2] = blue * light;
}
