import type { Pose } from "./walk.ts";

const HALF_FIELD_OF_VIEW = (40 * Math.PI) / 180;

/**
 * One row of a picture at a time, with the colours that it has so far. Where a pixel looks, at a distance of 1 along the way,
 * is what its column and its row give: `alongRight + aside` to the right, `below - alongUp` down.
 */
export class View {
  readonly size: number;
  readonly alongRight: Float64Array;
  readonly alongUp: Float64Array;
  aside = 0;
  below = 0;
  /** Red, green and blue of each pixel, 0 to 255 where nothing outshines. */
  readonly colours: Float64Array;
  x = 0;
  z = 0;
  cosHead = 1;
  sinHead = 0;
  readonly #focal: number;
  readonly #steps: Float64Array;
  #cosRoll = 1;
  #sinRoll = 0;

  constructor(size: number) {
    this.#focal = size / 2 / Math.tan(HALF_FIELD_OF_VIEW);
    this.size = size;
    this.#steps = Float64Array.from({ length: size }, (_, at) => (at - size / 2 + 0.5) / this.#focal);
    [this.alongRight, this.alongUp] = [new Float64Array(size), new Float64Array(size)];
    this.colours = new Float64Array(size * 3);
  }

  turnTo({ x, z, heading, roll }: Pose): void {
    [this.x, this.z] = [x, z];
    [this.cosHead, this.sinHead] = [Math.cos(heading), Math.sin(heading)];
    [this.#cosRoll, this.#sinRoll] = [Math.cos(roll), Math.sin(roll)];
    for (let column = 0; column < this.size; column++) {
      this.alongRight[column] = this.#cosRoll * this.#steps[column]!;
      this.alongUp[column] = this.#sinRoll * this.#steps[column]!;
    }
  }

  /** As far as any pixel looks to the right. */
  get widest(): number {
    return (this.#cosRoll + Math.abs(this.#sinRoll)) * this.#steps[this.size - 1]!;
  }

  lookAlong(row: number): void {
    [this.aside, this.below] = [this.#sinRoll * this.#steps[row]!, this.#cosRoll * this.#steps[row]!];
  }

  /** Where in the row a pixel would look so far to the right: a column, with what is left between it and the next. */
  columnOf(right: number): number {
    return ((right - this.aside) / this.#cosRoll) * this.#focal + this.size / 2 - 0.5;
  }
}
