import { CODES, severityOf, type Code, type Diagnostic, type Place } from "../../schemas/diagnostic.ts";

/** Diagnostics as SARIF 2.1.0, for code scanning. `pages` is the address of the page of codes. */
export function sarifLog(diagnostics: readonly Diagnostic[], version: string, pages: string): object {
  const codes = Object.keys(CODES) as Code[];
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "Reprise",
            semanticVersion: version,
            rules: codes.map((code) => ({
              id: code,
              shortDescription: { text: CODES[code] },
              helpUri: `${pages}#${headingOf(code)}`,
              defaultConfiguration: { level: severityOf(code) },
            })),
          },
        },
        results: diagnostics.map(({ code, severity, message, related = [], ...place }) => ({
          ruleId: code,
          ruleIndex: codes.indexOf(code),
          level: severity,
          message: { text: message },
          locations: [locationOf(place)],
          relatedLocations: related.map(({ message: text, ...other }) => ({
            ...locationOf(other),
            message: { text },
          })),
        })),
      },
    ],
  };
}

/** A code's heading in the page of codes, as GitHub makes anchors. */
const headingOf = (code: Code): string =>
  `${code}: ${CODES[code]}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");

const locationOf = ({ file, line, column, endLine, endColumn }: Place): object => ({
  physicalLocation: {
    artifactLocation: { uri: encodeURI(file.replaceAll("\\", "/")) },
    region: { startLine: line, startColumn: column, endLine, endColumn },
  },
});
