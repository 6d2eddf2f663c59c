/** Cheap film grain, -4 to 4; a xorshift suffices because nothing is decided by it. */
export class Grain {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  /** Writes colours as whole numbers from a place on, each pixel with its own grain. */
  print(colours: Float64Array, pixels: Uint8ClampedArray, from: number): void {
    let state = this.#state;
    for (let at = 0; at < colours.length; at += 3) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      const grain = ((state >>> 0) / 0xffffffff) * 8 - 4;
      pixels[from + at] = (colours[at]! + grain) | 0;
      pixels[from + at + 1] = (colours[at + 1]! + grain) | 0;
      pixels[from + at + 2] = (colours[at + 2]! + grain) | 0;
    }
    this.#state = state;
  }
}
