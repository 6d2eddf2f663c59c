import type { Walk } from "./walk.ts";

const WALL = [150, 165, 190] as const;
/** Of a wall, and of a window in it. */
const LIGHTS = [0.92, 1.12] as const;
/** Where the parts of a building end, as shares of its width: wall, window, wall, and so on. */
const ENDS = [0.15, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1] as const;
const NEARLY_ASIDE = Math.PI / 2 - 1e-3;

/** The buildings around the horizon as a walker sees them. */
export class Skyline {
  readonly highest: number;
  /** Red, green and blue of each building's wall, then of its windows. */
  readonly colours: Float64Array;
  /** Of each part in view, from left to right: how far to the right it ends, and how high its building is. */
  readonly ends: Float64Array;
  readonly tops: Float64Array;
  /** Where the wall's colour stands, and after how many numbers that of a window in this part does: 0 where there is none. */
  readonly walls: Int32Array;
  readonly windows: Int32Array;
  readonly #heights: readonly number[];
  readonly #offset: number;

  constructor({ skyline, skylineOffset }: Walk) {
    this.#offset = skylineOffset;
    this.#heights = skyline.map(({ height }) => height);
    this.highest = Math.max(...this.#heights);
    this.colours = Float64Array.from(
      skyline.flatMap(({ shade }) =>
        LIGHTS.flatMap((light) => WALL.map((colour) => colour * (shade * light))),
      ),
    );
    // Nobody sees more than the half of them, and two that begin or end outside.
    const parts = (Math.ceil(skyline.length / 2) + 2) * ENDS.length;
    [this.ends, this.tops] = [new Float64Array(parts), new Float64Array(parts)];
    [this.walls, this.windows] = [new Int32Array(parts), new Int32Array(parts)];
  }

  /** Finds the parts that are seen along a way, up to so far to both sides. */
  turnTo(heading: number, widest: number): void {
    const from = heading + this.#offset;
    const [count, aside] = [this.#heights.length, Math.atan(widest) + 1e-6];
    const width = (2 * Math.PI) / count;
    const [first, last] = [-aside, aside].map((angle) => Math.floor((from + angle) / width));
    let part = 0;
    for (let number = first!; number <= last!; number++) {
      const building = ((number % count) + count) % count;
      for (const [place, end] of ENDS.entries()) {
        const angle = (number + end) * width - from;
        this.ends[part] = Math.tan(Math.max(-NEARLY_ASIDE, Math.min(NEARLY_ASIDE, angle)));
        this.tops[part] = this.#heights[building]!;
        this.walls[part] = building * LIGHTS.length * WALL.length;
        this.windows[part] = (place % 2) * WALL.length;
        part++;
      }
    }
    this.ends[part - 1] = Infinity;
  }
}
