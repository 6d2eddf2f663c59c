import { FRAMES, legOf, progressInLeg, type Walk } from "./walk.ts";

type Colour = readonly [number, number, number];
const PILLARS: readonly [Colour, Colour] = [
  [220, 40, 40],
  [40, 60, 220],
];
const SKIN: Colour = [225, 175, 140];
const HALF_FIELD_OF_VIEW = (40 * Math.PI) / 180;
const NEAR = 0.02;
const FOG_METRES = 12;

/** Renders a walk as rgb24, all frames in one buffer: frames x size x size x 3 bytes. */
export function renderWalk(walk: Walk, size: number): Uint8Array {
  const pixels = new Uint8Array(FRAMES * size * size * 3);
  const focal = size / 2 / Math.tan(HALF_FIELD_OF_VIEW);
  const noise = noiseSource(walk.noiseSeed);
  for (let frame = 0; frame < FRAMES; frame++) {
    renderFrame(walk, frame, size, focal, noise, pixels, frame * size * size * 3);
  }
  return pixels;
}

function renderFrame(
  walk: Walk,
  frame: number,
  size: number,
  focal: number,
  noise: () => number,
  out: Uint8Array,
  start: number,
): void {
  const pose = walk.poses[frame]!;
  const [cosRoll, sinRoll] = [Math.cos(pose.roll), Math.sin(pose.roll)];
  const [cosHead, sinHead] = [Math.cos(pose.heading), Math.sin(pose.heading)];
  const leg = legOf(frame);
  const pillar = walk.pillars[leg];
  const [dx, dz] = [pillar.x - pose.x, pillar.z - pose.z];
  const ahead = dx * sinHead + dz * cosHead;
  const aside = dx * cosHead - dz * sinHead;
  const pillarColour = PILLARS[pillar.colour];
  const handTop =
    walk.facts.action[leg] === 1
      ? 0.64 - 0.16 * Math.sin(Math.PI * (0.15 + 0.7 * progressInLeg(frame))) + walk.handHeight[leg]
      : Infinity;

  let at = start;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const u0 = (column - size / 2 + 0.5) / focal;
      const v0 = (row - size / 2 + 0.5) / focal;
      const u = cosRoll * u0 + sinRoll * v0;
      const v = cosRoll * v0 - sinRoll * u0;
      let red: number, green: number, blue: number;
      if (v > NEAR) {
        const depth = 1 / v;
        const worldX = pose.x + depth * (sinHead + u * cosHead);
        const worldZ = pose.z + depth * (cosHead - u * sinHead);
        const odd = (Math.floor(worldX / walk.tile) + Math.floor(worldZ / walk.tile)) & 1;
        const shade = walk.groundShades[odd as 0 | 1];
        const fog = Math.min(1, depth / FOG_METRES);
        const lit = shade * (1 - fog);
        [red, green, blue] = [lit * 0.8 + 120 * fog, lit + 125 * fog, lit * 0.7 + 130 * fog];
      } else {
        const angle = pose.heading + Math.atan(u) + walk.skylineOffset;
        const turns = (angle / (2 * Math.PI)) * 24;
        const building = walk.skyline[((Math.floor(turns) % 24) + 24) % 24]!;
        if (-v < building.height) {
          const across = turns - Math.floor(turns);
          const window = across > 0.15 && across < 0.85 && (across * 6) % 2 < 1 && (-v * 22) % 2 > 1;
          const shade = building.shade * (window ? 1.12 : 0.92);
          [red, green, blue] = [150 * shade, 165 * shade, 190 * shade];
        } else {
          const up = Math.min(1, -v);
          [red, green, blue] = [175 - 60 * up, 210 - 40 * up, 240 - 10 * up];
        }
      }
      if (ahead >= 0.4) {
        const across = (u - aside / ahead) / (0.45 / ahead);
        if (across > -1 && across < 1 && v < 1 / ahead && v > -0.8 / ahead) {
          const light = 1 - 0.35 * across * across;
          [red, green, blue] = [pillarColour[0] * light, pillarColour[1] * light, pillarColour[2] * light];
        }
      }
      const down = row / size;
      if (down > handTop) {
        const across = Math.abs(column / size - 0.5 - 0.1 * (down - handTop)) / 0.09;
        const tip = Math.min(1, (down - handTop) * 14);
        if (across < Math.sqrt(tip)) {
          const light = 1 - 0.25 * across * across;
          [red, green, blue] = [SKIN[0] * light, SKIN[1] * light, SKIN[2] * light];
        }
      }
      const grain = noise();
      out[at++] = clamp(red + grain);
      out[at++] = clamp(green + grain);
      out[at++] = clamp(blue + grain);
    }
  }
}

const clamp = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : value);

/** Cheap film grain, -4 to 4; a xorshift suffices because nothing is decided by it. */
function noiseSource(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) / 0xffffffff) * 8 - 4;
  };
}
