import type { Skyline } from "./skyline.ts";
import type { View } from "./view.ts";
import type { Walk } from "./walk.ts";

const NEAR = 0.02;
const FOG_METRES = 12;

/** Ground, buildings and sky. */
export function paintBackground(
  { size, alongRight, alongUp, aside, below, colours, x, z, cosHead, sinHead }: View,
  { tile, groundShades }: Walk,
  { highest, colours: paints, ends, tops, walls, windows }: Skyline,
): void {
  let part = 0;
  for (let column = 0, at = 0; column < size; column++, at += 3) {
    const u = alongRight[column]! + aside;
    const v = below - alongUp[column]!;
    if (v > NEAR) {
      const depth = 1 / v;
      const worldX = x + depth * (sinHead + u * cosHead);
      const worldZ = z + depth * (cosHead - u * sinHead);
      const tiles = (Math.floor(worldX / tile) | 0) ^ (Math.floor(worldZ / tile) | 0);
      const fog = Math.min(1, depth / FOG_METRES);
      const lit = groundShades[(tiles & 1) as 0 | 1] * (1 - fog);
      colours[at] = lit * 0.8 + 120 * fog;
      colours[at + 1] = lit + 125 * fog;
      colours[at + 2] = lit * 0.7 + 130 * fog;
      continue;
    }
    const up = -v;
    if (up < highest) {
      // A row goes to the right.
      while (u >= ends[part]!) part++;
      if (up < tops[part]!) {
        const from = walls[part]! + (isLit(up) ? windows[part]! : 0);
        colours[at] = paints[from]!;
        colours[at + 1] = paints[from + 1]!;
        colours[at + 2] = paints[from + 2]!;
        continue;
      }
    }
    const high = Math.min(1, up);
    colours[at] = 175 - 60 * high;
    colours[at + 1] = 210 - 40 * high;
    colours[at + 2] = 240 - 10 * high;
  }
}

/** Windows are in every second row. */
function isLit(up: number): boolean {
  const floors = up * 22;
  const whole = Math.floor(floors);
  return floors > 0 && (whole & 1) === 1 && floors > whole;
}
