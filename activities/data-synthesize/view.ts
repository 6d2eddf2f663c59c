import type { Pose } from "./walk.ts";

const HALF_FIELD_OF_VIEW = (40 * Math.PI) / 180;

/** One row of a picture at a time: where each of its pixels looks, and the colours that it has so far. */
export class View {
  readonly size: number;
  /** To the right and down, at a distance of 1 along the way. */
  readonly right: Float64Array;
  readonly down: Float64Array;
  /** Red, green and blue of each pixel, 0 to 255 where nothing outshines. */
  readonly colours: Float64Array;
  pose: Pose = { x: 0, z: 0, heading: 0, roll: 0 };
  readonly #steps: Float64Array;
  readonly #alongRight: Float64Array;
  readonly #alongDown: Float64Array;
  #cosRoll = 1;
  #sinRoll = 0;

  constructor(size: number) {
    const focal = size / 2 / Math.tan(HALF_FIELD_OF_VIEW);
    this.size = size;
    this.#steps = Float64Array.from({ length: size }, (_, at) => (at - size / 2 + 0.5) / focal);
    [this.right, this.down] = [new Float64Array(size), new Float64Array(size)];
    [this.#alongRight, this.#alongDown] = [new Float64Array(size), new Float64Array(size)];
    this.colours = new Float64Array(size * 3);
  }

  turnTo(pose: Pose): void {
    this.pose = pose;
    [this.#cosRoll, this.#sinRoll] = [Math.cos(pose.roll), Math.sin(pose.roll)];
    for (let column = 0; column < this.size; column++) {
      this.#alongRight[column] = this.#cosRoll * this.#steps[column]!;
      this.#alongDown[column] = this.#sinRoll * this.#steps[column]!;
    }
  }

  lookAlong(row: number): void {
    const [aside, below] = [this.#sinRoll * this.#steps[row]!, this.#cosRoll * this.#steps[row]!];
    const { size, right, down } = this;
    const [alongRight, alongDown] = [this.#alongRight, this.#alongDown];
    for (let column = 0; column < size; column++) {
      right[column] = alongRight[column]! + aside;
      down[column] = below - alongDown[column]!;
    }
  }
}
