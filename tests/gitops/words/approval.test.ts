import { describe, expect, test } from "vitest";
import { approvalLine, approvalsIn } from "../../../gitops/words/approval.ts";

const SHA = "a".repeat(40);

describe("an approval", () => {
  const digest = "0123456789ab";
  test.each([
    ["the line that we show", approvalLine(SHA, [`${digest}cdef`]), [digest]],
    ["among other lines", `Looks right.\r\n/reprise approve ${SHA} ${digest}\r\nThanks`, [digest]],
  ])("is %s", (_, body, digests) => {
    expect(approvalsIn(body)).toEqual([{ sha: SHA, digests }]);
  });

  test.each([
    ["without a commit", "/reprise approve"],
    ["of a short commit", `/reprise approve ${SHA.slice(0, 12)} ${digest}`],
    ["without a plan", `/reprise approve ${SHA}`],
    ["of a plan by few digits", `/reprise approve ${SHA} ${digest.slice(1)}`],
    ["quoted", `> /reprise approve ${SHA} ${digest}`],
    ["in a sentence", `please /reprise approve ${SHA} ${digest}`],
    ["indented", `    /reprise approve ${SHA} ${digest}`],
    ["in a block of code", `\`\`\`\n/reprise approve ${SHA} ${digest}\n\`\`\``],
    ["with more behind it", `/reprise approve ${SHA} ${digest} not`],
    ["in capitals", `/reprise approve ${SHA.toUpperCase()} ${digest}`],
  ])("is none %s", (_, body) => {
    expect(approvalsIn(body)).toEqual([]);
  });
});
