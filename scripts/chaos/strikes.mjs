// What strikes when: decided by the seed alone, so that a seed can be played again.
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/**
 * What can be struck, with how it can be struck. `hang up`: its terminal is closed. `unheard`: whoever reads what it says goes
 * away.
 */
const WAYS = {
  encoder: ["kill"],
  trainer: ["kill", "kill", "stop"],
  host: ["kill", "kill", "stop"],
  worker: ["kill", "kill", "stop", "hang up", "unheard"],
  cli: ["kill", "kill", "stop", "hang up", "unheard"],
  server: ["kill", "kill", "stop"],
  disk: ["starve"],
};
const LATER = Object.keys(WAYS).filter((kind) => kind !== "encoder");

/**
 * Strikes round by round: each round is one run of the recipe. The encoders run first, so they are struck first; the
 * first strikes of all go through every kind.
 */
export function planStrikes(seed, kills, perRound, kinds) {
  const generator = xoroshiro128plus(seed);
  const below = (limit) => uniformInt(generator, 0, limit - 1);
  const pick = (list) => list[below(list.length)];
  const usable = (kind) => kinds.includes(kind);
  const unseen = LATER.filter(usable);
  const rounds = [];
  for (let left = kills; left > 0;) {
    const count = Math.min(left, perRound);
    const round = [];
    for (let index = 0; index < count; index++) {
      const first = index === 0 && usable("encoder");
      const kind = first
        ? "encoder"
        : unseen.length > 0
          ? unseen.splice(below(unseen.length), 1)[0]
          : pick(LATER.filter(usable));
      // Encoders live for a second or two; the others are let live long enough to get somewhere.
      const after = first ? below(800) : 1500 + below(9000);
      // Struck as it begins, loads and trains; what has the libraries, as it loads them and after.
      const aged = kind === "trainer" ? below(5_000) : kind === "host" ? below(14_000) : 0;
      round.push({ kind, way: pick(WAYS[kind]), after, aged });
    }
    rounds.push(round);
    left -= count;
  }
  return rounds;
}
