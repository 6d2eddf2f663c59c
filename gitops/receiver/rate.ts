interface Bucket {
  left: number;
  at: number;
}

// As many are remembered; a full one has nothing to remember.
const MOST_KEYS = 10_000;

/** How often something may be done for each key: `burst` at once, `perSecond` for long. Memory is bounded. */
export class Rate {
  readonly #buckets = new Map<string, Bucket>();
  readonly #burst: number;
  readonly #perSecond: number;

  constructor({ burst, perSecond }: { burst: number; perSecond: number }) {
    this.#burst = burst;
    this.#perSecond = perSecond;
  }

  /** Whether it may be done now, and counts it. `now` in milliseconds, of a clock that never goes back. */
  take(key: string, now: number): boolean {
    const { left, at } = this.#buckets.get(key) ?? { left: this.#burst, at: now };
    const filled = Math.min(this.#burst, left + ((now - at) / 1000) * this.#perSecond);
    const allowed = filled >= 1;
    // The newest last: the oldest are forgotten first.
    this.#buckets.delete(key);
    this.#buckets.set(key, { left: allowed ? filled - 1 : filled, at: now });
    if (this.#buckets.size > MOST_KEYS) this.#buckets.delete(this.#buckets.keys().next().value!);
    return allowed;
  }
}

/** Whose requests are counted together: an address, of IPv6 its network, since one machine has all of that. */
export function keyOf(address: string): string {
  const mapped = /^::ffff:(?<v4>[0-9.]+)$/i.exec(address)?.groups?.["v4"];
  if (mapped !== undefined || !address.includes(":")) return mapped ?? address;
  const [head = "", tail] = address.replace(/%.*$/, "").split("::");
  const front = head === "" ? [] : head.split(":");
  const back = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - front.length - back.length)).fill("0");
  return [...front, ...zeros, ...back].slice(0, 4).join(":");
}
