import type { View } from "./view.ts";
import type { Walk } from "./walk.ts";

const NEAR = 0.02;
const FOG_METRES = 12;
const WALL = [150, 165, 190] as const;

/** The buildings around the horizon, as they are painted. */
interface Skyline {
  offset: number;
  heights: Float64Array;
  highest: number;
  /** Red, green and blue of each building's wall, then of its windows. */
  colours: Float64Array;
}

export function skylineOf({ skyline, skylineOffset }: Walk): Skyline {
  const heights = Float64Array.from(skyline, ({ height }) => height);
  const colours = skyline.flatMap(({ shade }) =>
    [0.92, 1.12].flatMap((light) => WALL.map((colour) => colour * (shade * light))),
  );
  return {
    offset: skylineOffset,
    heights,
    highest: Math.max(...heights),
    colours: Float64Array.from(colours),
  };
}

/** Ground, buildings and sky. */
export function paintBackground(
  { size, right, down, colours, pose }: View,
  { tile, groundShades }: Walk,
  skyline: Skyline,
): void {
  const [cosHead, sinHead] = [Math.cos(pose.heading), Math.sin(pose.heading)];
  const { heights, highest, colours: walls, offset } = skyline;
  const buildings = heights.length;
  for (let column = 0, at = 0; column < size; column++, at += 3) {
    const u = right[column]!;
    const v = down[column]!;
    if (v > NEAR) {
      const depth = 1 / v;
      const worldX = pose.x + depth * (sinHead + u * cosHead);
      const worldZ = pose.z + depth * (cosHead - u * sinHead);
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
      const turns = ((pose.heading + Math.atan(u) + offset) / (2 * Math.PI)) * buildings;
      const whole = Math.floor(turns) | 0;
      const building = ((whole % buildings) + buildings) % buildings;
      if (up < heights[building]!) {
        const from = building * 6 + (isWindow(turns - whole, up) ? 3 : 0);
        colours[at] = walls[from]!;
        colours[at + 1] = walls[from + 1]!;
        colours[at + 2] = walls[from + 2]!;
        continue;
      }
    }
    const high = Math.min(1, up);
    colours[at] = 175 - 60 * high;
    colours[at + 1] = 210 - 40 * high;
    colours[at + 2] = 240 - 10 * high;
  }
}

/** Windows are in the middle of a building: every second of six columns, every second row. */
function isWindow(across: number, up: number): boolean {
  if (across <= 0.15 || across >= 0.85 || (Math.floor(across * 6) & 1) === 1) return false;
  const floors = up * 22;
  const whole = Math.floor(floors);
  return floors > 0 && (whole & 1) === 1 && floors > whole;
}
