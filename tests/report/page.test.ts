import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { KINDS } from "../../activities/index.ts";
import { draw } from "../../report/charts.ts";
import { chartsOf } from "../../report/curves.ts";
import { drawnIn, keyOf } from "../../report/drawn.ts";
import { renderReport } from "../../report/page.ts";
import { chartsFor } from "../../runs/report/charts-for.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import type { TrainerEvent } from "../../schemas/generated/trainer-event.ts";
import { validateRecord } from "../../schemas/validators.ts";
import { hasBrowser, withBrowser } from "../support/browser.ts";
import { openStore } from "../../store/store.ts";
import { temporaryFolder } from "../support/folders.ts";

const HASH = "a".repeat(64);

const record: RunRecord = {
  record: 1,
  run: "demo-1",
  status: "done",
  recipe: { name: "demo", path: "recipes/demo.yaml", digest: HASH, profile: null },
  plan: HASH,
  versions: [],
  commit: null,
  started: "2026-01-01T00:00:00.000Z",
  ended: "2026-01-01T00:01:40.000Z",
  seconds: 100,
  steps: [
    {
      id: "grpo",
      kind: "train/grpo",
      status: "done",
      attempts: 2,
      resumed_from: [50],
      repeated: 0,
      seconds_lost: 0,
      inexact: [],
      failure: null,
      started: "2026-01-01T00:00:00.000Z",
      ended: "2026-01-01T00:01:00.000Z",
      fingerprint: HASH,
      inputs: {},
      hub: { model: { id: "org/<tiny>", revision: null, commit: "c0ffee" } },
      outputs: { model: { uri: "artifacts/a/content", digest: HASH, type: "model" } },
      metrics: { reward: 0.9 },
      log: "grpo/log.txt",
      events: "grpo/events.jsonl",
      threads: 1,
    },
  ],
  environment: {
    reprise: "0",
    node: "v20",
    python: null,
    python_lock: HASH,
    server: null,
    ffmpeg: null,
    platform: "linux x64",
    cpu: "c",
    cores: 2,
    memory_gb: 8,
    gpus: [],
  },
  deviations: [
    { step: "grpo", parameter: "learning_rate", paper: 1e-5, ours: 1e-2, reason: "<b>toy</b> & more" },
  ],
  claims: [
    {
      id: "c",
      says: "GRPO <helps>",
      source: "Figure 6",
      verdict: "REPRODUCED",
      value: 0.1,
      interval: [0.05, 0.15],
      p: 0.001,
      because: "it did",
      evidence: ["artifacts/x"],
    },
  ],
  failure: null,
};
const events = new Map<string, TrainerEvent[]>([
  [
    "grpo",
    [10, 20, 30].map((step) => ({
      event: "metrics" as const,
      time: 1,
      step,
      values: {
        "rewards/accuracy_reward/mean": step / 100,
        kl: 0.1,
        "completions/mean_length": 4,
        frac_reward_zero_std: 0.5,
      },
    })),
  ],
]);
const drawn = chartsOf(record, events, KINDS).flatMap((step) => step.charts);
const pictures = new Map(drawn.map((chart) => [keyOf(chart), draw(chart)]));
const style = readFileSync("report/style.css", "utf8");
const page = renderReport({
  record,
  events,
  samples: [],
  sections: { scores: [], data: [] },
  kinds: KINDS,
  charts: pictures,
  unparsed: new Map(),
  style,
});

describe("the report", () => {
  test("is made of a valid record", () => {
    expect(validateRecord()(record)).toBe(true);
  });

  test("escapes what comes from outside", () => {
    expect(page).toContain("&lt;b&gt;toy&lt;/b&gt; &amp; more");
    expect(page).not.toContain("<b>toy</b>");
  });

  test("says what was pinned, and whether the bytes are the reference's", () => {
    const given = {
      events,
      samples: [],
      sections: { scores: [], data: [] },
      kinds: KINDS,
      charts: pictures,
      unparsed: new Map(),
      style,
    };
    expect(page).not.toContain("<h2>Bytes</h2>");
    const because = "The first step to differ is 'grpo': <it>.";
    const reference = { file: "demo.digests.json", same: false, steps: 9, equal: 5, because };
    const reproducible = { mode: "portable" as const, pinned: { MKL_CBWR: "COMPATIBLE" } };
    const other = { ...record, reproducible, reference };
    expect(validateRecord()(other)).toBe(true);
    const shown = renderReport({ ...given, record: other })
      .split("<h2>Bytes</h2>")[1]!
      .replaceAll(/\s+/g, " ");
    for (const words of ["<strong>no</strong>", "5 of 9 steps", "&lt;it&gt;", "MKL_CBWR=COMPATIBLE"])
      expect(shown).toContain(words);
  });

  test("charts of reused steps are taken from the report of the run that made them", async () => {
    expect(drawnIn(page)).toEqual(pictures);
    const store = openStore(temporaryFolder());
    const other = record.steps.map((step) => ({ ...step, events: "../made-1/grpo/events.jsonl" }));
    const reusing = { ...record, run: "reused-1", steps: other };
    expect([...(await chartsFor(store, reusing, drawn)).keys()]).toEqual([...pictures.keys()]);
    const file = store.runs.files("made-1").report;
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, page.replaceAll(">step<", ">as it was drawn<"));
    const taken = await chartsFor(store, reusing, drawn);
    expect([...taken.keys()].sort()).toEqual([...pictures.keys()].sort());
    expect([...taken.values()].map(({ text }) => text).join("")).toContain("as it was drawn");
    // What is not as it was is drawn.
    const changed = { ...drawn[0]!, points: [{ step: 1, value: 2 }] };
    expect((await chartsFor(store, reusing, [changed])).get(keyOf(changed))!.text).toMatch(/^<svg /);
  });

  test("names the commits of models from the hub", () => {
    const [, table = ""] = page.split("Models from the hub");
    for (const shown of ["org/&lt;tiny&gt;", "none: the newest", "<code>c0ffee</code>"])
      expect(table.split("</table>")[0]).toContain(shown);
    const without = { ...record, steps: record.steps.map((step) => ({ ...step, hub: {} })) };
    const other = renderReport({
      record: without,
      events,
      samples: [],
      sections: { scores: [], data: [] },
      kinds: KINDS,
      charts: pictures,
      unparsed: new Map(),
      style,
    });
    expect(other).not.toContain("Models from the hub");
  });

  test("shows what a training noted once, and not what is for the log alone", () => {
    const note = { event: "message" as const, time: 1, text: "2 rows <fill> no generation", report: true };
    const spoken = { event: "message" as const, time: 1, text: "loading libraries" };
    const said = new Map<string, TrainerEvent[]>([["grpo", [spoken, note, { ...note, time: 2 }]]]);
    const noted = renderReport({
      record,
      events: said,
      samples: [],
      sections: { scores: [], data: [] },
      kinds: KINDS,
      charts: pictures,
      unparsed: new Map(),
      style,
    });
    expect(noted.split("What steps noted")[1]!.match(/2 rows &lt;fill&gt; no generation/g)).toHaveLength(1);
    // Sentences wrap.
    expect(noted).toMatch(/<h2>What steps noted<\/h2>\s*<div class="prose">/);
    expect(noted).not.toContain("loading libraries");
    expect(page).not.toContain("What steps noted");
  });

  test("needs nothing from a network", () => {
    expect(page).not.toMatch(/(src|href)="https?:/);
  });
});

test.skipIf(!hasBrowser)(
  "in a browser it shows verdict, curves and deviations, and has no error",
  async () => {
    const file = path.join(temporaryFolder(), "report.html");
    writeFileSync(file, page);
    await withBrowser(async (browser) => {
      const tab = await browser.newPage({ viewport: { width: 1100, height: 800 } });
      const errors: string[] = [];
      tab.on("pageerror", (error) => errors.push(String(error)));
      tab.on("console", (message) => message.type() === "error" && errors.push(message.text()));
      await tab.goto(`file://${file}`);
      expect(await tab.locator(".verdict").innerText()).toBe("REPRODUCED");
      expect(await tab.locator(".charts svg").count()).toBe(4);
      const boxes = await tab
        .locator(".charts svg")
        .evaluateAll((charts) => charts.map((chart) => chart.getBoundingClientRect().width));
      for (const width of boxes) expect(width).toBeGreaterThan(300);
      // Nothing runs out of the page to the right.
      expect(await tab.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(1100);
      expect(errors).toEqual([]);
    });
  },
);
