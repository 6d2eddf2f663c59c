import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Digests } from "../../schemas/generated/digests.ts";
import { pinsOf } from "../../host/portable.ts";
import { hasCoreBeside, threadsOf } from "../../host/threads.ts";
import { fingerprint } from "../support/prints.ts";
import { compileText, planOf, SMALL } from "../support/recipes.ts";

const TOOLS = { python: "environment", cuda: "none", packages: {}, ffmpeg: "ffmpeg", interpreter: "3.11" };
const PORTABLE = `${SMALL}reproducible: portable\n`;
const digest = (letter: string) => letter.repeat(64);

test("what is portable is another result, and what is not keeps its fingerprint", () => {
  const [fastest] = planOf(SMALL).steps;
  const [portable] = planOf(PORTABLE).steps;
  const { reproducible: _, ...older } = fastest!;
  expect(fingerprint(fastest!, {}, TOOLS)).toBe(fingerprint(older, {}, TOOLS));
  expect(fingerprint(portable!, {}, TOOLS)).not.toBe(fingerprint(fastest!, {}, TOOLS));
});

test("a profile and a setting can choose it", () => {
  const text = `${PORTABLE}profiles:\n  fast: { reproducible: fastest }\n`;
  expect(planOf(text).steps[0]!.reproducible).toBe("portable");
  expect(planOf(text, "fast").steps[0]!.reproducible).toBe("fastest");
  expect(planOf(text, null, { settings: ["reproducible=fastest"] }).steps[0]!.reproducible).toBe("fastest");
  const [wrong] = compileText(text, null, { settings: ["reproducible=always"] }).diagnostics;
  expect(wrong!.message).toContain("must be one of fastest, deterministic, portable");
});

test("a step on a GPU may be deterministic, and not portable", () => {
  const text = (mode: string) =>
    readFileSync(path.join(import.meta.dirname, "invalid", "R0313.yaml"), "utf8").replace("portable", mode);
  expect(compileText(text("portable")).diagnostics.map(({ code }) => code)).toContain("R0313");
  const step = planOf(text("deterministic")).steps.find(({ resources }) => resources.gpu > 0);
  expect(step!.reproducible).toBe("deterministic");
  expect(pinsOf(step!.reproducible)).toEqual({ CUBLAS_WORKSPACE_CONFIG: ":4096:8" });
});

test("a portable step has the threads that it asks for, on a smaller machine too", () => {
  expect(threadsOf(planOf(SMALL).steps[0]!, 1)).toBe(1);
  expect(threadsOf(planOf(PORTABLE).steps[0]!, 1)).toBe(2);
});

test("a step that names its threads has a core beside them where there is one", () => {
  const of = (resources: string, mode = "portable") =>
    planOf(
      PORTABLE.replace("uses: data/synthesize", `uses: data/synthesize\n    resources: ${resources}`),
      null,
      {
        settings: [`reproducible=${mode}`],
      },
    ).steps[0]!;
  const named = of("{ cpu: 2, threads: 1 }");
  expect([threadsOf(named, 1), threadsOf(named, 4)]).toEqual([1, 1]);
  expect([1, 2, 4].map((cores) => hasCoreBeside(named, cores))).toEqual([false, true, true]);
  expect([1, 2, 4].map((cores) => hasCoreBeside(of("{ cpu: 2 }"), cores))).toEqual([false, false, false]);
  const fastest = of("{ cpu: 4, threads: 3 }", "fastest");
  expect([2, 3, 4].map((cores) => threadsOf(fastest, cores))).toEqual([2, 3, 3]);
  expect([2, 3, 4].map((cores) => hasCoreBeside(fastest, cores))).toEqual([false, false, true]);
});

const run = (profile: string | null, letter: string): Digests["runs"][0] => ({
  profile,
  reproducible: "portable",
  made: "2026-11-26T12:00:00.000Z",
  cpu: "a processor",
  platform: "linux x64",
  steps: { walks: { fingerprint: digest("a"), outputs: { dataset: digest(letter) } } },
});
const named = (recipe: string) => ({
  files: {
    "recipes/small.json": JSON.stringify({ digests: 1, recipe, runs: [run(null, "b"), run("less", "c")] }),
  },
});
const WITH_REFERENCE = `${SMALL}reference: small.json\nprofiles:\n  less: { steps.walks.with.clips.eval: 1 }\n  other: { steps.walks.with.clips.eval: 3 }\n`;

test("the reference is the run of the recipe and its profile, and decides nothing", () => {
  const plan = planOf(WITH_REFERENCE, null, named("small"));
  expect(plan.reference).toEqual({ ...run(null, "b"), file: "small.json" });
  expect(plan.digest).toBe(planOf(SMALL).digest);
  expect(planOf(WITH_REFERENCE, "less", named("small")).reference!.profile).toBe("less");
  expect(planOf(WITH_REFERENCE, "other", named("small")).reference).toBeNull();
  expect(planOf(WITH_REFERENCE, null, named("another")).reference).toBeNull();
});

test("what is wrong in the file of the reference is told with its place", () => {
  const files = { "recipes/small.json": '{"digests": 1, "recipe": "small",\n "runs": [{"profile": 3}]}' };
  const found = compileText(WITH_REFERENCE, null, { files }).diagnostics;
  expect(found.every(({ file, severity }) => file === "recipes/small.json" && severity === "error")).toBe(
    true,
  );
  expect(found.map(({ line }) => line)).toContain(2);
});
