import { placeIn } from "../../core/facts/steps.ts";
import type { Finding, StepFacts } from "../../core/kind.ts";

// MAX_ARG_STRLEN of Linux, less the NUL at its end.
const MOST_BYTES = 131_071;

/** What cannot be started: no name, an argument or a variable with a NUL character, or one longer than Linux takes. */
export function programTexts(steps: readonly StepFacts[]): Finding[] {
  return steps.flatMap((step) => {
    const { argv, env } = step.plan.params as { argv: string[]; env?: Record<string, unknown> };
    if (argv[0] === "")
      return [
        { code: "R0411" as const, path: placeIn(step, "with", "argv", 0), message: "No program is named." },
      ];
    const texts: { path: (string | number)[]; what: string; text: string }[] = [
      ...argv.map((text, index) => ({ path: ["argv", index], what: `The argument ${index}`, text })),
      ...Object.entries(env ?? {}).map(([name, value]) => ({
        path: ["env", name],
        what: `The variable ${name}, with its name,`,
        text: `${name}=${String(value)}`,
      })),
    ];
    return texts.flatMap(({ path, what, text }) => {
      const message = faultOf(what, text);
      return message === null
        ? []
        : [{ code: "R0411" as const, path: placeIn(step, "with", ...path), message }];
    });
  });
}

function faultOf(what: string, text: string): string | null {
  if (text.includes("\0")) return `${what} holds a NUL character, which ends a text for every program.`;
  const bytes = Buffer.byteLength(text);
  if (bytes <= MOST_BYTES) return null;
  const [has, most] = [bytes, MOST_BYTES].map((count) => count.toLocaleString("en-US"));
  return `${what} has ${has} bytes, and Linux takes at most ${most}. Put it into a file, and give the file under 'inputs'.`;
}
