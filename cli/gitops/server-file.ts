import { readServerConfig } from "../../gitops/config/read-server.ts";
import type { ServedRepository } from "../../schemas/gitops-policy.ts";
import { EXIT, UserError } from "../errors.ts";
import { printAll, showFindings } from "../findings.ts";

export interface ServerFileOption {
  config?: string;
}

/** The repositories of the operator's file. Throws a UserError with all that is wrong with it. */
export function repositoriesOf({ config = "gitops.yaml" }: ServerFileOption): ServedRepository[] {
  const { value, diagnostics, texts } = readServerConfig(process.cwd(), config);
  if (value === null)
    throw new UserError(EXIT.invalid, printAll(diagnostics, texts).trimEnd(), { findings: diagnostics });
  showFindings({ diagnostics, texts });
  return value;
}

/** The one that is named; without a name the only one. Throws a UserError where there is no such one. */
export function repositoryOf(options: ServerFileOption, name: string | undefined): ServedRepository {
  const all = repositoriesOf(options);
  const found = name === undefined && all.length === 1 ? all[0] : all.find((one) => one.name === name);
  if (found !== undefined) return found;
  const known = all.map((one) => `'${one.name}'`).join(", ");
  throw new UserError(
    EXIT.invalid,
    name === undefined
      ? `Say which repository: ${known}.`
      : `The server's file has no repository '${name}'. It has ${known}.`,
  );
}
