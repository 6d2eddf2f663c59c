import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { approvalsIn } from "../../../gitops/words/approval.ts";
import { commentOf } from "../../../gitops/words/comment.ts";
import { printable } from "../../../gitops/words/escape.ts";
import { codeBlock, codeCell, codeSpan, codeTag } from "../../../gitops/words/markdown.ts";
import { difference, facts, item, plan, SHA, standing, verdict } from "../../support/commits.ts";

const POLICY = { policyChanged: false, approvers: "write" } as const;

describe("nothing of a repository is read as markup", () => {
  const EVIL = [
    "@ada please merge",
    "<!-- reprise:papers -->",
    "</code></details><img src=x onerror=alert(1)>",
    "`x` **bold** [a](http://evil)",
    "```\n# head\n@ada",
    "fixes #1",
    "a|b|c",
    "\u001b]0;title\u0007",
    "\u202Egnp.exe",
    "$(touch${IFS}pwn)",
    "line\r\n/reprise approve " + SHA,
  ];

  test.each(EVIL)("%j", (evil) => {
    const problem = { code: "R1", severity: "error", message: evil, file: evil, line: 1, column: 1 } as const;
    const wild = plan({
      problems: [problem],
      newDeviations: [evil],
      steps: [{ id: evil, kind: evil, action: "run", because: [evil], resumeFrom: null }],
    });
    const judged = verdict({
      failures: [evil],
      claims: [{ id: evil, says: evil, outcome: "REPRODUCED", counts: true, evidence: evil }],
    });
    const apart = { ...difference, claims: [{ id: evil, before: "REPRODUCED", after: null }] };
    const text = commentOf(
      standing([item("failed", { recipe: evil, profile: evil, note: evil })], {
        problems: [problem],
        trouble: evil,
      }),
      new Map([["recipes--a", facts({ plan: wild, verdict: judged, difference: apart })]]),
      { all: "failed", ...POLICY, policyChanged: true },
    );
    expect(outsideCode(text)).not.toMatch(
      /@ada|<img|\*\*bold|evil|#1|pwn|touch|approve|gnp|\p{Cf}|(?!\n)\p{Cc}/u,
    );
    expect(outsideCode(text).match(/<!--/g)).toHaveLength(1);
    expect(approvalsIn(text)).toEqual([]);
    // Each row keeps its cells.
    const rows = outsideCode(text)
      .split("\n")
      .filter((line) => line.startsWith("|"));
    expect(rows).toHaveLength(3);
    expect(new Set(rows.map((row) => row.split("|").length)).size).toBe(1);
  });

  test("whatever the text: spans, tags and blocks keep it in", () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom("`", "a", " ", "\n", "|", "\\", "<", "&", "~", "\u0000", "𝒳"),
          maxLength: 30,
        }),
        (text) => {
          expect(outsideCode(`x ${codeSpan(text)} y`).replaceAll(/\s+/g, " ")).toBe("x y");
          expect(codeCell(text)).not.toMatch(/\|/);
          expect(codeTag(text).slice(6, -7)).not.toMatch(/[<>`|]{0}[<>`]/);
          expect(outsideCode(`x\n${codeBlock([text, text])}\ny`)).toBe("x\n\ny");
          expect(printable(text, 10)).not.toMatch(/\p{Cc}/u);
        },
      ),
    );
  });
});

/** A comment without what CommonMark reads as code, by its rules for fences and runs of backticks. */
function outsideCode(text: string): string {
  const lines: string[] = [];
  let fence: string | null = null;
  for (const line of text.split("\n")) {
    const opens: RegExpExecArray | null = /^(`{3,})[^`]*$/.exec(line);
    if (fence === null && opens !== null) fence = opens[1]!;
    else if (fence !== null) {
      if (/^`{3,}\s*$/.test(line) && line.trim().length >= fence.length) {
        fence = null;
        lines.push("");
      }
    } else lines.push(line);
  }
  return lines
    .join("\n")
    .replaceAll(/<code>[^<]*<\/code>/g, "")
    .replaceAll(/(?<!`)(`+)(?!`)(?:(?!\n\n)[^])*?(?<!`)\1(?!`)/g, "");
}
