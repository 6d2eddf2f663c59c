import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { randomOf } from "./random.ts";

/** A clip shows two legs of a walk; each leg has one value per question family. */
export const FRAMES = 24;
export const FRAMES_PER_SECOND = 12;
const LEG = FRAMES / 2;

const TURN_DEGREES = 4;
// Without the roll a tiny model does not see the turn in time (measured: chance on direction).
const LEAN_DEGREES = 40;

/** Share of the walks, in each family, whose way back has another answer than the way there. */
const CHANGED_BACK = 0.75;

export const FAMILIES = {
  direction: ["left", "right"],
  landmark: ["red", "blue"],
  action: ["walk", "reach"],
} as const;
export type Family = keyof typeof FAMILIES;

/** Index (0 or 1) into the family's words, for the first and the second leg. */
export type Pair = readonly [0 | 1, 0 | 1];
export const flip = (value: 0 | 1): 0 | 1 => (value === 0 ? 1 : 0);
export type Facts = Readonly<Record<Family, Pair>>;

/** Where the walker's eye is: metres, radians; eye height is 1. */
export interface Pose {
  x: number;
  z: number;
  heading: number;
  roll: number;
}

interface Pillar {
  x: number;
  z: number;
  colour: 0 | 1;
}

/** Everything that decides the pixels of one clip. */
export interface Walk {
  facts: Facts;
  poses: Pose[];
  pillars: readonly [Pillar, Pillar];
  /** Height and brightness of the 24 buildings around the horizon. */
  skyline: { height: number; shade: number }[];
  skylineOffset: number;
  tile: number;
  groundShades: readonly [number, number];
  /** Vertical place of the hand in the picture, per leg. */
  handHeight: readonly [number, number];
  noiseSeed: number;
}

/** Leg of a frame: 0 for the first half of the clip, 1 for the second. */
export const legOf = (frame: number): 0 | 1 => (frame < LEG ? 0 : 1);
/** How far into its leg a frame is, 0 to below 1. */
export const progressInLeg = (frame: number): number => (frame % LEG) / LEG;

/** The walk of clip `index` of a split; the same seed and index give the same walk everywhere. */
export function makeWalk(seed: number, index: number): Walk {
  const random = randomOf("walk", seed, index);
  const bit = () => uniformInt(random, 0, 1) as 0 | 1;
  const between = (low: number, high: number) => low + (high - low) * uniformFloat64(random);
  /** Two legs that are alike in the given share of walks. */
  const legs = (alike: number): Pair => {
    const first = bit();
    return [first, uniformFloat64(random) < alike ? first : flip(first)];
  };
  // Two like turns become two of the other side; in the other families two different things change their order.
  const facts: Facts = {
    direction: legs(CHANGED_BACK),
    landmark: legs(1 - CHANGED_BACK),
    action: legs(1 - CHANGED_BACK),
  };

  const stride = between(0.1, 0.17);
  const poses: Pose[] = [];
  let [x, z, heading] = [0, 0, between(0, 2 * Math.PI)];
  for (let frame = 0; frame < FRAMES; frame++) {
    const side = facts.direction[legOf(frame)] * 2 - 1;
    const lean = leanAt(frame, facts.direction) * LEAN_DEGREES + between(-1, 1);
    poses.push({ x, z, heading, roll: (lean * Math.PI) / 180 });
    x += Math.sin(heading) * stride;
    z += Math.cos(heading) * stride;
    heading += (side * TURN_DEGREES * between(0.8, 1.2) * Math.PI) / 180;
  }

  const pillar = (leg: 0 | 1): Pillar => {
    const from = poses[leg * LEG + LEG / 2]!;
    const bearing = from.heading + between(-0.25, 0.25);
    const distance = between(2.2, 3.2);
    return {
      x: from.x + Math.sin(bearing) * distance,
      z: from.z + Math.cos(bearing) * distance,
      colour: facts.landmark[leg],
    };
  };

  return {
    facts,
    poses,
    pillars: [pillar(0), pillar(1)],
    skyline: Array.from({ length: 24 }, () => ({ height: between(0.12, 0.5), shade: between(0.55, 1) })),
    skylineOffset: between(0, 2 * Math.PI),
    tile: between(0.9, 1.3),
    groundShades: [between(70, 100), between(120, 150)],
    handHeight: [between(-0.04, 0.04), between(-0.04, 0.04)],
    noiseSeed: uniformInt(random, 0, 0x7fffffff),
  };
}

/** -1 (full lean left) to 1 (right), with a short change of sides between the legs. */
function leanAt(frame: number, turns: Pair): number {
  const [from, to] = [turns[0] * 2 - 1, turns[1] * 2 - 1];
  const mix = Math.min(1, Math.max(0, (frame - (LEG - 2)) / 3));
  return from + (to - from) * mix;
}
