import { digestOf } from "../core/digest.ts";
import type { Chart } from "./curves.ts";
import { Html } from "./html.ts";

/** Raised when charts are drawn otherwise. */
const WAY = 1;

/** By what a chart that was drawn is found again: all that decides how it looks. */
export const keyOf = ({ title, colour, points }: Chart): string =>
  digestOf([WAY, title, colour, points.map(({ step, value }) => [step, String(value)])]);

/** A chart's picture with its key, and with names that no other picture of a page has. */
export function marked(chart: Chart, svg: string): Html {
  const key = keyOf(chart);
  return new Html(
    svg
      .replaceAll(/\bzr[0-9]+-/g, `chart-${key.slice(0, 12)}-`)
      .replace("<svg ", `<svg data-chart="${key}" `),
  );
}

/** The charts in a report, by their keys. */
export const drawnIn = (page: string): Map<string, Html> =>
  new Map(
    [...page.matchAll(/<svg data-chart="([0-9a-f]{64})"[^]*?<\/svg>/g)].map(([svg, key]) => [
      key!,
      new Html(svg),
    ]),
  );
