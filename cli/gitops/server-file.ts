import { readServerConfig } from "../../gitops/config/read-server.ts";
import type { ServedRepository } from "../../schemas/gitops-policy.ts";
import { EXIT, UserError } from "../errors.ts";
import { printAll, showFindings } from "../findings.ts";

/** The server's file, unless told otherwise. */
export const SERVER_FILE = "gitops.yaml";

export interface ServerFileOption {
  config?: string;
}

/** The repositories of the operator's file. Throws a UserError with all that is wrong with it. */
export function repositoriesOf({ config = SERVER_FILE }: ServerFileOption): ServedRepository[] {
  const { value, diagnostics, texts } = read(config);
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

function read(config: string): ReturnType<typeof readServerConfig> {
  try {
    return readServerConfig(process.cwd(), config);
  } catch (error) {
    const hint = "It says which repositories are followed; docs/gitops.md has one to begin with.";
    throw new UserError(EXIT.invalid, `${(error as Error).message} ${hint}`);
  }
}
