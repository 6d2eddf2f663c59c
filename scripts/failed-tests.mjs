// Which tests failed, a line each: told again after all suites, where nobody has to look for them.
import path from "node:path";

const shortly = (text) => text.split("\n")[0].slice(0, 200);

/** Of Vitest's JSON report. A file that could not be run has no tests, and counts by itself. */
export function failedInVitest({ testResults = [] }, root) {
  return testResults.flatMap(({ name, status, message = "", assertionResults = [] }) => {
    const file = path.relative(root, name);
    const failed = assertionResults
      .filter((test) => test.status === "failed")
      .map(
        ({ fullName, failureMessages = [] }) => `${file}: ${fullName}: ${shortly(failureMessages[0] ?? "")}`,
      );
    return failed.length === 0 && status === "failed" ? [`${file}: ${shortly(message)}`] : failed;
  });
}

const ENTITIES = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
const plain = (text) =>
  text
    .replace(/&#(x?)([0-9A-Fa-f]+);/g, (_, hex, code) => String.fromCodePoint(parseInt(code, hex ? 16 : 10)))
    .replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => ENTITIES[name]);

/** Of pytest's JUnit report. */
export const failedInPytest = (xml) =>
  [...xml.matchAll(/<testcase ([^>]*)><(?:failure|error) message="([^"]*)"/g)].map(([, about, message]) => {
    const [, place = ""] = /\bclassname="([^"]*)"/.exec(about) ?? [];
    const [, name = ""] = /\bname="([^"]*)"/.exec(about.replace(/\bclassname="[^"]*"/, "")) ?? [];
    return `${plain(place)}: ${plain(name)}: ${shortly(plain(message))}`;
  });
