import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PASSED, programEnvironment } from "../../programs/program-environment.ts";

const environment = {
  PATH: "/bin",
  LC_ALL: "C",
  https_proxy: "http://proxy",
  HF_HOME: "/hf",
  HF_TOKEN: "token",
  AWS_SECRET_ACCESS_KEY: "key",
  TEMPORAL_API_KEY: "key",
  "my.setting": "1",
  LAB_A: "2",
  LAB_TOKEN: "3",
};

test("a program gets what is usual, and nothing else", () => {
  expect(Object.keys(programEnvironment([], [], environment))).toEqual([
    ...["PATH", "LC_ALL", "https_proxy", "HF_HOME"],
  ]);
});

test("what its step names comes on top; never what is withheld, or how the server is reached", () => {
  const given = programEnvironment(["LAB_TOKEN"], ["my.setting", "LAB_*", "TEMPORAL_*"], environment);
  expect(Object.keys(given)).toEqual([
    ...["PATH", "LC_ALL", "https_proxy", "HF_HOME", "my.setting", "LAB_A"],
  ]);
});

test("docs/run-command.md lists them all, with the reasons", () => {
  const page = readFileSync("docs/run-command.md", "utf8");
  const rows = [...page.matchAll(/^\| (`.*`) +\| (.*?) +\|$/gm)].map(([, names, why]) => ({
    names: [...names!.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
    why,
  }));
  for (const { names, why } of PASSED) expect(rows).toContainEqual({ names, why });
});
