import { afterEach, expect, test, vi } from "vitest";
import { formsOf } from "../../../steps/secrets/secret-forms.ts";
import { secretsOf } from "../../../steps/secrets/secrets.ts";
import { planStep } from "../../support/plans.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

test("a step's secrets are the values of this machine's variables, by the program's names", () => {
  vi.stubEnv("LAB_TOKEN", "t0ken");
  vi.stubEnv("LAB_EMPTY", "");
  const step = (secrets: Record<string, string>) => planStep("s", [], { secrets });
  expect(secretsOf(step({ HF_TOKEN: "LAB_TOKEN" }))).toEqual({ HF_TOKEN: "t0ken" });
  expect(secretsOf(step({}))).toEqual({});
  for (const variable of ["LAB_EMPTY", "LAB_NONE"])
    expect(() => secretsOf(step({ HF_TOKEN: variable }))).toThrow(
      `'s' needs a secret, and the environment variable ${variable} is not set where the worker runs.`,
    );
});

test("a secret is known in each form that shows it, the longest first", () => {
  const forms = formsOf(["pass word/ü"]);
  for (const form of ["pass word/ü", "pass word\\/ü", "pass word/\\u00fc"]) expect(forms).toContain(form);
  for (const form of ["pass%20word%2F%C3%BC", "pass+word/%c3%bc", "pass%20word/%C3%BC"])
    expect(forms).toContain(form);
  const base64 = Buffer.from("pass word/ü").toString("base64").replace(/=+$/, "");
  expect(forms.some((form) => form.length > 12 && base64.startsWith(form))).toBe(true);
  expect(forms.map(({ length }) => length)).toEqual(forms.map(({ length }) => length).sort((a, b) => b - a));
  expect(new Set(forms).size).toBe(forms.length);
});

test("of a short secret there is no base64, and of its short lines none stands alone", () => {
  expect(formsOf(["abc"])).toEqual(["abc"]);
  expect(formsOf(["a~b"]).sort()).toEqual(["a%7Eb", "a%7eb", "a~b"].sort());
  expect(formsOf([""])).toEqual([]);
  const lines = formsOf(["first line\nx\r\nthird line"]);
  for (const piece of [
    "first line",
    "third line",
    "first line\nx\nthird line",
    "first line\r\nx\r\nthird line",
  ])
    expect(lines).toContain(piece);
  expect(lines).not.toContain("x");
});

test("a long secret is known in lines of base64, from wherever it begins", () => {
  const secret = "0123456789".repeat(12);
  const forms = formsOf([secret]);
  for (const width of [64, 76]) {
    const text = Buffer.from(secret).toString("base64");
    for (let at = 0; at + width <= text.length; at += width)
      expect(forms).toContain(text.slice(at, at + width));
  }
  for (const before of ["", "a", "ab"]) {
    const text = Buffer.from(`${before}${secret}`).toString("base64");
    expect(forms.some((form) => form.length > 150 && text.includes(form))).toBe(true);
  }
  const odd = formsOf(["????>>>>~~~~"]);
  expect(odd.some((form) => form.includes("_"))).toBe(true);
});
