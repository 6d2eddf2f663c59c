import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HideSecrets, hideSecrets } from "../../activities/hide-secrets.ts";
import { runChild } from "../../activities/run-child.ts";
import { temporaryFolder } from "../support/folders.ts";

const folder = temporaryFolder();
const SECRET = "hf_sécret-0123456789";

describe("a secret", () => {
  test("is hidden however the text is cut into pieces", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(SECRET, "plain ", "ü", SECRET.slice(0, 5)), { maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
        async (parts, size) => {
          const bytes = Buffer.from(parts.join(""));
          const stream = new HideSecrets([SECRET]);
          for (let at = 0; at < bytes.length; at += size) stream.write(bytes.subarray(at, at + size));
          stream.end();
          const shown = Buffer.concat((await stream.toArray()) as Buffer[]).toString("utf8");
          expect(shown).toBe(hideSecrets(parts.join(""), [SECRET]));
          expect(shown).not.toContain(SECRET);
        },
      ),
    );
  });

  test("that is the beginning of another, or part of the mark, leaves nothing behind", () => {
    expect(hideSecrets("abcdef abc", ["abc", "abcdef"])).toBe("[secret] [secret]");
    expect(hideSecrets("a secret s (1+1)", ["secret", "s", "(1+1)"])).toBe("a [secret] [secret] [secret]");
  });

  test("that a program prints does not get into its log", async () => {
    const log = path.join(folder, "log.txt");
    const script =
      "process.stdout.write('token ' + process.env.TOKEN); console.error(' and ' + process.env.TOKEN)";
    const end = await runChild({
      command: process.execPath,
      args: ["-e", script],
      environment: { TOKEN: SECRET },
      hidden: [SECRET],
      log,
      signal: new AbortController().signal,
      grace: () => 1000,
      started: () => Promise.resolve(),
    });
    expect(end).toEqual({ how: "exit", code: 0 });
    const text = readFileSync(log, "utf8");
    expect(text).toContain("token [secret]");
    expect(text).toContain(" and [secret]");
    expect(text).not.toContain(SECRET);
  });
});
