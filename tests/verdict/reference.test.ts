import { expect, test } from "vitest";
import { compareWithReference, digestsOf } from "../../verdict/reference.ts";
import type { RunRecord, RunRecordStep } from "../../schemas/generated/run-record.ts";

const digest = (letter: string) => letter.repeat(64);

const step = (id: string, print: string | null, content: string): RunRecordStep =>
  ({
    id,
    kind: "run/command",
    status: print === null ? "failed" : "done",
    fingerprint: print === null ? null : digest(print),
    outputs:
      print === null ? {} : { data: { type: "file", uri: `artifacts/${content}`, digest: digest(content) } },
  }) as unknown as RunRecordStep;

const record = (...steps: RunRecordStep[]): RunRecord =>
  ({
    recipe: { name: "r", profile: null },
    ended: "2026-11-26T12:00:00.000Z",
    environment: { cpu: "a processor", platform: "linux x64" },
    reproducible: { mode: "portable", pinned: {} },
    steps,
  }) as unknown as RunRecord;

const reference = digestsOf(record(step("a", "1", "a"), step("b", "2", "b"), step("c", "3", "c")));
const compare = (steps: RunRecordStep[], platform = "linux x64", mode: "portable" | "fastest" = "portable") =>
  compareWithReference(reference, { steps, platform, mode });

test("the same bytes are the same, whatever they were asked by", () => {
  const { because, ...rest } = compare([step("a", "1", "a"), step("b", "9", "b"), step("c", "3", "c")]);
  expect(rest).toEqual({ same: true, steps: 3, equal: 3 });
  expect(because).toBe("All 3 steps gave the reference's bytes.");
});

test("the first step to differ is named: it computes otherwise, or it was asked otherwise", () => {
  const computed = compare([step("a", "1", "a"), step("b", "2", "x"), step("c", "8", "y")]);
  expect(computed).toMatchObject({ same: false, steps: 3, equal: 1 });
  expect(computed.because).toBe(
    "The first step to differ is 'b': it was asked the same and gave other bytes ('data'). The reference was made on a processor (linux x64, portable).",
  );
  const asked = compare([step("a", "7", "x"), step("b", "2", "b"), step("c", "3", "c")]);
  expect(asked.because).toContain("'a': it was asked something else");
});

test("a step that failed, and one that is not there", () => {
  expect(compare([step("a", "1", "a"), step("b", null, ""), step("c", "3", "c")]).because).toContain(
    "'b': it is failed here",
  );
  expect(compare([step("a", "1", "a")]).because).toContain("'b': this run has no such step");
});

test("where nobody promised equal bytes, it says so", () => {
  const other = [step("a", "1", "x")];
  expect(compare(other, "darwin arm64").because).toContain("This machine is darwin arm64");
  expect(compare(other, "linux x64", "fastest").because).toContain("Only 'reproducible: portable' promises");
});
