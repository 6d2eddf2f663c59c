/** What of a JSON Schema a table shows. */
interface Shown {
  description?: string;
  type?: string | readonly string[];
  enum?: readonly unknown[];
  const?: unknown;
  anyOf?: readonly Shown[];
  items?: Shown | boolean;
  $ref?: string;
  default?: unknown;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  "x-artifact"?: readonly string[];
  "x-artifacts"?: readonly string[];
  "x-unit"?: string;
  "x-field"?: string;
  "x-affects"?: string;
}

interface ShownKind {
  title: string;
  description: string;
  properties: Readonly<Record<string, Shown>>;
  required: readonly string[];
  "x-outputs": Readonly<Record<string, string>>;
  "x-metrics": Readonly<Record<string, string>>;
}

/** A kind in Markdown: its outputs, its parameters, its metrics. */
export function kindPage(kind: ShownKind): string {
  const outputs = Object.entries(kind["x-outputs"]).map(([name, type]) =>
    name === type ? `\`${name}\`` : `\`${name}\` (${type})`,
  );
  const metrics = Object.entries(kind["x-metrics"]).map(
    ([name, meaning]) => `- \`${name}\`: ${prose(meaning)}`,
  );
  return [
    `### ${kind.title}`,
    prose(kind.description),
    `Outputs: ${outputs.join(", ") || "none"}.`,
    parametersTable(kind),
    metrics.length === 0 ? "Metrics: none." : `Metrics:\n\n${metrics.join("\n")}`,
  ].join("\n\n");
}

function parametersTable({ properties, required }: ShownKind): string {
  const rows = Object.entries(properties).map(
    ([name, schema]) =>
      `| \`${name}\`${required.includes(name) ? " (required)" : ""} | ${typeOf(schema)}${rangeOf(schema)} | ${code(schema.default)} | ${schema["x-unit"] ?? ""} | ${schema["x-field"] === undefined ? "" : `\`${schema["x-field"]}\``} | ${schema["x-affects"] ?? ""} | ${cell(prose(schema.description))} |`,
  );
  return [
    "| parameter | value | default | unit | trainer | affects | meaning |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/** The values that a schema allows, in words. */
export function typeOf(schema: Shown): string {
  const artifacts = schema["x-artifact"] ?? schema["x-artifacts"];
  if (artifacts !== undefined) {
    const words = artifacts.map((type) => (type === "hub" ? "hub id" : type)).join(" or ");
    return schema["x-artifact"] === undefined ? `mapping of ${words}` : words;
  }
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split("/").at(-1)!;
    return `[${name}](#${name})`;
  }
  if (schema.enum !== undefined) return schema.enum.map(code).join(", ");
  if (schema.const !== undefined) return code(schema.const);
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(" or ");
  const type = [schema.type ?? "anything"]
    .flat()
    .join(" or ")
    .replace("object", "mapping")
    .replace("array", "list");
  return typeof schema.items === "object" ? `${type} of ${typeOf(schema.items)}` : type;
}

/** The range of its numbers, with a blank before it. */
export function rangeOf(schema: Shown): string {
  const rules = (
    [
      [">=", schema.minimum],
      [">", schema.exclusiveMinimum],
      ["<=", schema.maximum],
      ["<", schema.exclusiveMaximum],
      ["multiple of", schema.multipleOf],
    ] as const
  ).flatMap(([word, number]) => (number === undefined ? [] : [`${word} ${number}`]));
  return rules.length > 0 ? ` ${rules.join(", ")}` : "";
}

/** A sentence as Markdown: outside of code `<name>` would be read as a tag, and not be shown. */
export const prose = (text = ""): string =>
  text.replaceAll(/`[^`]*`|</g, (part) => (part === "<" ? "\\<" : part));

/** What stands in a table's cell. */
export const cell = (text: unknown): string =>
  (typeof text === "string" ? text : (JSON.stringify(text) ?? ""))
    .replaceAll("|", "\\|")
    .replaceAll("\n", " ");

/** A value as JSON, in code. */
export const code = (value: unknown): string =>
  value === undefined ? "" : `\`${cell(JSON.stringify(value))}\``;
