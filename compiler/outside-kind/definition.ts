import type { Kind as KindFile } from "../../schemas/generated/kind.ts";
import type { KindSchema } from "../../schemas/kinds.ts";
import type { OutsideKind } from "../../schemas/plan.ts";

/** A checked kind.yaml as the plan holds it, in the form of the kinds of Reprise. `folder` is the plan's input that is its folder. */
export function outsideKindOf(file: KindFile, folder: string): OutsideKind {
  const metrics = Object.entries(file["x-metrics"] ?? {}).map(([name, about]) => ({
    name,
    ...(typeof about === "string" ? { description: about } : about),
  }));
  const schema = {
    $id: `reprise:kinds/${file.title.replace("/", "-")}`,
    title: file.title,
    description: file.description,
    "x-version": file["x-version"] ?? 1,
    "x-outputs": file["x-outputs"] ?? {},
    "x-metrics": Object.fromEntries(metrics.map(({ name, description }) => [name, description ?? name])),
    "x-tools": [],
    "x-resources": { cpu: file["x-resources"]?.cpu ?? 1, memory_gb: file["x-resources"]?.memory_gb ?? 1 },
    ...(file.environment === undefined ? {} : { "x-environment": file.environment }),
    type: "object",
    properties: Object.fromEntries(
      Object.entries(file.properties ?? {}).map(([name, parameter]) => [
        name,
        { ...parameter, "x-affects": parameter["x-affects"] ?? "result" },
      ]),
    ),
    required: file.required ?? [],
    patternProperties: { "^x-": true },
    unevaluatedProperties: false,
  } as KindSchema;
  return {
    folder,
    run: file.run,
    schema,
    charts: metrics.flatMap(({ name, chart }) => (chart === true ? [name] : [])),
    main: metrics.find(({ main }) => main === true)?.name ?? null,
  };
}
