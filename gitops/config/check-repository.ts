import type { Layers } from "../../compiler/layers.ts";
import type { Path } from "../../compiler/mapping.ts";
import { closest } from "../../core/suggest.ts";
import type { Diagnostic } from "../../schemas/diagnostic.ts";
import type {
  GitopsRepository,
  GitopsRepositorySchedule,
} from "../../schemas/generated/gitops-repository.ts";
import { wrongCron } from "./cron.ts";
import { wrongPatterns } from "./patterns.ts";

/** What no schema can say of a repository's file. */
export const checkRepository = ({ pipelines }: GitopsRepository, layers: Layers): Diagnostic[] =>
  Object.entries(pipelines).flatMap(([name, { recipes, on }]) => {
    const at = ["pipelines", name];
    const patterns = (place: Path, given: readonly string[] | undefined, what: "branch" | "tag" | "path") =>
      wrongPatterns(layers, [...at, ...place], given, what);
    return [
      ...patterns(["recipes"], recipes, "path"),
      ...patterns(["on", "tag"], on.tag, "tag"),
      ...(["push", "pull_request"] as const).flatMap((event) => [
        ...patterns(["on", event, "branches"], on[event]?.branches, "branch"),
        ...patterns(["on", event, "paths"], on[event]?.paths, "path"),
      ]),
      ...(on.schedule === undefined ? [] : wrongSchedule(layers, [...at, "on", "schedule"], on.schedule)),
    ];
  });

function wrongSchedule(
  layers: Layers,
  at: Path,
  { cron, timezone = "UTC" }: GitopsRepositorySchedule,
): Diagnostic[] {
  const wrong = wrongCron(cron);
  const found = wrong === null ? [] : [layers.diagnostic("R0705", [...at, "cron"], wrong)];
  if (isZone(timezone)) return found;
  const suggestion = closest(timezone, Intl.supportedValuesOf("timeZone"));
  const hint =
    suggestion === undefined ? "It is written like 'Europe/Berlin'." : `Did you mean '${suggestion}'?`;
  const message = `'${timezone}' is no time zone that is known here. ${hint}`;
  return [...found, layers.diagnostic("R0705", [...at, "timezone"], message, { suggestion })];
}

function isZone(timezone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: timezone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
