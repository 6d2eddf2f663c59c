import type { Store } from "../../store/store.ts";
import { existsSync } from "node:fs";
import { serverConfigOf } from "../../gitops/config/read-server.ts";
import { BY_ADDRESS, useByAddress } from "../../gitops/git/by-address.ts";
import { Mirror } from "../../gitops/git/mirror.ts";
import { digestOf } from "../../core/digest.ts";
import type { ServedRepository } from "../../schemas/gitops-policy.ts";
import { EXIT, UserError } from "../errors.ts";
import { repositoryOf, SERVER_FILE, type ServerFileOption } from "./server-file.ts";

/** A repository that a command is about: by its name in the server's file, or by its address or path, with what is usual. */
export async function openMirror(
  store: Store,
  repository: string,
  options: ServerFileOption,
): Promise<{ served: ServedRepository; mirror: Mirror }> {
  const isNamed = isName(repository, options);
  const served = isNamed ? repositoryOf(options, repository) : byAddress(repository);
  if (!isNamed) await useByAddress(store, served.name);
  return { served, mirror: Mirror.of(store, served) };
}

/** What may be a name is one where there is a server's file, and no such folder. */
const isName = (repository: string, { config = SERVER_FILE }: ServerFileOption): boolean =>
  /^[a-z][a-z0-9-]{0,39}$/.test(repository) && !existsSync(repository) && existsSync(config);

function byAddress(url: string): ServedRepository {
  const name = `${BY_ADDRESS}${digestOf([process.cwd(), url]).slice(0, 12)}`;
  const insecure = true;
  const text = JSON.stringify({ gitops: 1, repositories: { [name]: { url, insecure } } });
  const { value, diagnostics } = serverConfigOf(text, "address", process.cwd());
  const [served] = value ?? [];
  if (served !== undefined) return served;
  throw new UserError(EXIT.invalid, diagnostics.map(({ message }) => message).join("\n"), { diagnostics });
}
