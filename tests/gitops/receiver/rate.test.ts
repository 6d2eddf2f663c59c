import { describe, expect, test } from "vitest";
import { keyOf, Rate } from "../../../gitops/receiver/rate.ts";

describe("a rate", () => {
  test("lets a burst through, then so many a second, for each key by itself", () => {
    const rate = new Rate({ burst: 3, perSecond: 2 });
    const taken = (key: string, now: number, times: number) =>
      Array.from({ length: times }, () => rate.take(key, now)).filter(Boolean).length;
    expect(taken("a", 0, 10)).toBe(3);
    expect(taken("b", 0, 10)).toBe(3);
    expect(taken("a", 400, 10)).toBe(0);
    expect(taken("a", 1_400, 10)).toBe(2);
    expect(taken("a", 100_000, 10)).toBe(3);
  });

  test("remembers 10,000 keys at most, and forgets those that came longest ago", () => {
    const rate = new Rate({ burst: 1, perSecond: 0.001 });
    expect([rate.take("first", 0), rate.take("first", 1)]).toEqual([true, false]);
    for (let index = 0; index < 9_999; index += 1) rate.take(`k${index}`, 2);
    expect(rate.take("first", 3)).toBe(false);
    for (let index = 0; index < 10_000; index += 1) rate.take(`l${index}`, 4);
    expect(rate.take("first", 5)).toBe(true);
  });
});

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["::ffff:10.1.2.3", "10.1.2.3"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
  ["2001:db8:1:2::6", "2001:db8:1:2"],
  ["2001:db8::6", "2001:db8:0:0"],
  ["::1", "0:0:0:0"],
  ["fe80::1%eth0", "fe80:0:0:0"],
])("requests of %s count for %s", (address, key) => {
  expect(keyOf(address)).toBe(key);
});
