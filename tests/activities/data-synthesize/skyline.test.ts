import { expect, test } from "vitest";
import { Skyline } from "../../../activities/data-synthesize/skyline.ts";
import { makeWalk } from "../../../activities/data-synthesize/walk.ts";

const WIDEST = 1.2;

/** Building, and whether a window may be there, by the angle at which one looks. */
function byAngle(offset: number, heading: number, right: number): [building: number, window: boolean] {
  const turns = ((heading + Math.atan(right) + offset) / (2 * Math.PI)) * 24;
  const whole = Math.floor(turns);
  const across = turns - whole;
  const window = across > 0.15 && across < 0.85 && Math.floor(across * 6) % 2 === 0;
  return [((whole % 24) + 24) % 24, window];
}

test("wherever one looks, the building and the window are those of the angle", () => {
  const [seen, due]: [unknown[], unknown[]] = [[], []];
  for (let seed = 0; seed < 20; seed++) {
    const walk = makeWalk(seed, 0);
    const skyline = new Skyline(walk);
    for (const heading of [0, 1.7, -2.9, 6.1, 40]) {
      skyline.turnTo(heading, WIDEST);
      for (let right = -WIDEST; right <= WIDEST; right += 0.0131) {
        const part = skyline.ends.findIndex((end) => right < end);
        const [building, window] = byAngle(walk.skylineOffset, heading, right);
        seen.push([skyline.tops[part], skyline.walls[part], skyline.windows[part] !== 0]);
        due.push([walk.skyline[building]!.height, building * 6, window]);
      }
    }
  }
  expect(seen).toEqual(due);
});
