import type { RunRecord, RunRecordClaim } from "../schemas/generated/run-record.ts";
import { Html, html } from "./html.ts";

// By another name: as markup it would be formatted, and end with other white space.
const xml = html;

/** What XML 1.0 has no way to say, escaped or not: most control characters, and halves of surrogate pairs. */
const UNSAYABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** Verdicts as JUnit XML: a claim that counts and is not shown is a failure, one that could not be judged is skipped. */
export function verdictsAsJunit(records: readonly RunRecord[]): string {
  return xml`${new Html('<?xml version="1.0" encoding="UTF-8"?>')}
<testsuites>${records.map(suite)}
</testsuites>
`.text.replaceAll(UNSAYABLE, "\uFFFD");
}

function suite({ run, recipe, claims, seconds }: RunRecord): Html {
  const counts = xml`tests="${claims.length}" failures="${count(claims, "failure")}" skipped="${count(claims, "skipped")}"`;
  return xml`
  <testsuite name="${recipe.name}" id="${run}" ${counts} time="${seconds.toFixed(3)}">${claims.map(
    (claim) => xml`
    <testcase classname="${recipe.name}.claims" name="${claim.id}: ${claim.says}">${resultElement(claim)}</testcase>`,
  )}
  </testsuite>`;
}

type TestResult = "passed" | "failure" | "skipped";

function resultOf({ verdict, counts }: RunRecordClaim): TestResult {
  if (verdict === "REPRODUCED") return "passed";
  if (counts === false || verdict === "INCONCLUSIVE" || verdict === "NOT CHECKED") return "skipped";
  return "failure";
}

const count = (claims: readonly RunRecordClaim[], what: TestResult): number =>
  claims.filter((claim) => resultOf(claim) === what).length;

function resultElement(claim: RunRecordClaim): Html {
  const said = `${claim.verdict}: ${claim.because}`;
  switch (resultOf(claim)) {
    case "passed":
      return xml`<system-out>${said}</system-out>`;
    case "failure":
      return xml`<failure type="${claim.verdict}" message="${said}"></failure>`;
    case "skipped":
      return xml`<skipped message="${said}"></skipped>`;
  }
}
