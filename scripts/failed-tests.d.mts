/** Of Vitest's JSON report, a line for each failed test: file, name, the first line of why. */
export function failedInVitest(report: object, root: string): string[];
/** Of pytest's JUnit report, a line for each failed test: module, name, the first line of why. */
export function failedInPytest(xml: string): string[];
