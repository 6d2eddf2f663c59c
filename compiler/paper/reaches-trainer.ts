import type { ParameterSchema } from "../../schemas/kinds.ts";
import type { Mapping } from "../mapping.ts";

/** A parameter's value as the trainer gets it: the mapping that the schema states, which a test holds the trainer to. */
export function reachesTrainer(
  schema: ParameterSchema | undefined,
  value: unknown,
  params: Mapping,
): { reaches: unknown; change: string | null } {
  const { values, times, unless = {}, unit } = schema?.["x-maps"] ?? {};
  if (values !== undefined && Object.hasOwn(values, String(value)))
    return { reaches: values[String(value)], change: null };
  const applies = !Object.entries(unless).some(([name, other]) => params[name] === other);
  if (times === undefined || !applies) return { reaches: value, change: null };
  const factor = Number(params[times]);
  const reaches = Number(value) * factor;
  return { reaches, change: `${String(value)} x ${times} ${factor} = ${reaches} ${unit ?? ""}`.trimEnd() };
}

/** The parameters under which a paper's value counts: its unit is that of the kind's defaults. */
export function inPapersUnit(
  properties: Readonly<Record<string, ParameterSchema>>,
  schema: ParameterSchema | undefined,
  params: Mapping,
): Mapping {
  const units = Object.keys(schema?.["x-maps"]?.unless ?? {}).map((name) => [
    name,
    properties[name]!.default,
  ]);
  return { ...params, ...Object.fromEntries(units) };
}
