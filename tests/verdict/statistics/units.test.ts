import { describe, expect, test } from "vitest";
import { clusterMean, clustersOf } from "../../../verdict/statistics/clusters.ts";
import { seedsNeeded, seedTest } from "../../../verdict/statistics/over-seeds.ts";

describe("seeds", () => {
  test("that agree to the last digit speak by their signs alone, whatever the size of the numbers", () => {
    for (const [first, spread] of [
      [0.1, 0],
      [1e6, 1e-7],
      [1e-3, 1e-13],
    ] as const)
      expect(seedTest([first, first + spread]).p).toBe(0.5);
    expect(seedTest([0, 0]).p).toBe(1);
    // What is seen by others than their last digits is a spread.
    expect(seedTest([1, 1 + 1e-9]).p).toBeLessThan(1e-6);
  });

  test("that would show a difference are counted from one more than there are", () => {
    expect(seedsNeeded([1, 1.01, 0.99], 0.05)).toBe(4);
    expect(seedsNeeded([0.1, 0.1], 0.05)).toBe(6);
    expect(seedsNeeded([0.1, 0.1], 2 ** -5)).toBe(7);
  });

  test("are no number where they differ by nothing, or there is only one", () => {
    expect(seedsNeeded([0, 0], 0.05)).toBeNull();
    expect(seedsNeeded([1, -1], 0.05)).toBeNull();
    expect(seedsNeeded([5], 0.05)).toBeNull();
    expect(seedsNeeded([1e-6, 1], 1e-9)).toBeGreaterThan(10);
    expect(seedsNeeded([1e-3, 1e-3 + 1, 1e-3 - 1], 1e-9)).toBeNull();
  });
});

describe("a mean of clusters", () => {
  const of = (...values: [cluster: string, value: number][]) =>
    clusterMean(clustersOf(values.map(([cluster, value]) => ({ cluster, value }))));

  test("has no error of one cluster, and one of two", () => {
    expect(of(["a", 1], ["a", 3])).toEqual({ mean: 2, error: null, interval: null });
    expect(of(["a", 1], ["b", 3])).toMatchObject({ mean: 2, error: 1 });
  });

  test("has an error of 0 and no interval where all values are equal but for rounding", () => {
    for (const [first, spread] of [
      [1, 0],
      [1e6, 1e-7],
      [1e-3, 1e-13],
    ] as const)
      expect(of(["a", first], ["b", first + spread])).toMatchObject({ error: 0, interval: null });
    expect(of(["a", 1], ["b", 1 + 1e-9]).error).toBeGreaterThan(0);
  });

  test("needs a value", () => {
    expect(() => of()).toThrow("there is no value to sum up");
  });
});
