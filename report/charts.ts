import { LineChart } from "echarts/charts";
import { GridComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { Chart } from "./curves.ts";
import { marked } from "./drawn.ts";
import type { Html } from "./html.ts";

use([LineChart, GridComponent, TitleComponent, SVGRenderer]);

const INK = "#3d4451";
const FAINT = "#dfe3ea";

/** A chart as SVG. */
export function draw(given: Chart): Html {
  const { title, points, colour } = given;
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 440, height: 220 });
  const axis = {
    axisLine: { lineStyle: { color: FAINT } },
    axisLabel: { color: INK },
    splitLine: { lineStyle: { color: FAINT } },
  };
  chart.setOption({
    animation: false,
    title: { text: title, left: 4, top: 2, textStyle: { fontSize: 13, fontWeight: 600, color: INK } },
    grid: { left: 52, right: 14, top: 38, bottom: 34 },
    xAxis: {
      type: "value",
      name: "step",
      nameLocation: "middle",
      nameGap: 22,
      nameTextStyle: { color: INK },
      min: 0,
      max: "dataMax",
      ...axis,
      splitLine: { show: false },
    },
    yAxis: { type: "value", scale: true, splitNumber: 4, ...axis },
    series: [
      {
        type: "line",
        data: points.map(({ step, value }) => [step, value]),
        showSymbol: points.length < 3,
        lineStyle: { width: 2, color: colour },
        itemStyle: { color: colour },
      },
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return marked(given, svg);
}
