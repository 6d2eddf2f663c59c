/** What of an editor's JSON Schema is looked at here. */
export interface EditorSchema {
  description?: string;
  type?: string | string[];
  pattern?: string;
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  $ref?: string;
  items?: EditorSchema;
  anyOf?: EditorSchema[];
  allOf?: EditorSchema[];
  if?: EditorSchema;
  then?: EditorSchema;
  required?: string[];
  unevaluatedProperties?: unknown;
  properties?: Record<string, EditorSchema>;
  $defs?: Record<string, EditorSchema>;
  $id?: string;
  $schema?: string;
  "x-unit"?: string;
  "x-field"?: string;
  "x-affects"?: string;
}
