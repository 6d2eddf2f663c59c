import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { clusterMean, clustersOf } from "../../../verdict/statistics/clusters.ts";
import { holm } from "../../../verdict/statistics/holm.ts";
import { seedTest } from "../../../verdict/statistics/over-seeds.ts";
import { wilson } from "../../../verdict/statistics/share.ts";
import { signFlipP } from "../../../verdict/statistics/sign-flip.ts";
import { t95, twoSidedP } from "../../../verdict/statistics/student.ts";

/** What SciPy and statsmodels give: tests/tables/statistics.py. */
const table = JSON.parse(readFileSync("tests/tables/statistics.json", "utf8")) as {
  t95: [number, number][];
  t: [number, number, number][];
  paired_t: { differences: number[]; p: number; interval: number[] }[];
  sign_flip: { differences: number[]; p: number }[];
  clusters: { sizes: number[]; values: number[]; error: number; interval: number[] }[];
  wilson: [number, number, number, number][];
  holm: { ps: number[]; adjusted: number[] }[];
};
const near = (ours: number, theirs: number, relative = 1e-7) =>
  expect(Math.abs(ours - theirs), `${ours} beside ${theirs}`).toBeLessThan(
    relative * Math.abs(theirs) + 1e-12,
  );

describe("as SciPy and statsmodels", () => {
  test.each(table.t95)("Student's 95 %% quantile of %i degrees", (df, value) => near(t95(df), value));
  test.each(table.t)("p of t = %d, %i degrees", (t, df, p) => near(twoSidedP(t, df), p));
  test.each(table.paired_t)("a paired t test of $differences", ({ differences, p, interval }) => {
    const ours = seedTest(differences);
    near(ours.p!, p);
    for (const end of [0, 1]) near(ours.interval![end]!, interval[end]!);
  });
  test.each(table.sign_flip)("a permutation test of $differences", ({ differences, p }) =>
    // What is no multiple of a fraction is drawn, not counted.
    near(signFlipP(differences), p, differences.some((one) => (one * 60) % 1 > 1e-9) ? 0.005 : 1e-9),
  );
  test.each(table.clusters)("a mean over clusters of $sizes", ({ sizes, values, error, interval }) => {
    const cluster = sizes.flatMap((size, index) => Array<string>(size).fill(String(index)));
    const ours = clusterMean(clustersOf(values.map((value, index) => ({ cluster: cluster[index]!, value }))));
    near(ours.error!, error);
    for (const end of [0, 1]) near(ours.interval![end]!, interval[end]!);
  });
  test.each(table.wilson)("Wilson's interval of %i in %i", (hits, trials, low, high) => {
    for (const [index, end] of [low, high].entries()) near(wilson(hits, trials)[index]!, end, 1e-6);
  });
  test.each(table.holm)("Holm's correction of $ps", ({ ps, adjusted }) =>
    holm(ps).forEach((p, index) => near(p, adjusted[index]!)),
  );
});
