import type { Store } from "../../store/store.ts";
import type { Client } from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import type { ServedRepository } from "../../schemas/gitops-policy.ts";
import type { WorkerProgram } from "../../runs/detach.ts";
import { EngineError } from "../../engine/errors.ts";
import { ForgeError, type Forge } from "../forge/forge.ts";
import { openForge, type ForgeSettings } from "../forge/open.ts";
import { Mirror } from "../git/mirror.ts";
import { remoteOf } from "../git/remote.ts";
import type { Places } from "../../store/gitops-files.ts";

/** A repository that this process follows. */
export interface Followed {
  served: ServedRepository;
  places: Places;
  mirror: Mirror;
  /** Null where verdicts go to refs. */
  forge: Forge | null;
}

/** What the activities of one process work with. */
export interface Around {
  /** The store. */
  store: Store;
  environment: NodeJS.ProcessEnv;
  followed: ReadonlyMap<string, Followed>;
  client: Client;
  /** The worker program of a run. */
  workerOf: (run: string) => Pick<WorkerProgram, "command" | "args">;
}

/** Opens what is needed to follow a repository; nothing is asked yet. Throws EngineError for settings that cannot be meant. */
export function follow(store: Store, served: ServedRepository, environment: NodeJS.ProcessEnv): Followed {
  const login = loginOf(served, environment);
  const { forge: kind, url, api, project } = served;
  const forge = kind === "none" || login === null ? null : open({ kind, url, api, project, login });
  const own = remoteOf(served, environment);
  const token =
    forge === null
      ? own.token
      : async () => {
          const { username: user = "", password = "" } = (await forge.gitLogin()) ?? {};
          return { user, password };
        };
  return {
    served,
    places: store.gitops.repository(served.name),
    mirror: Mirror.of(store, served, { ...own, token }),
    forge,
  };
}

function open(settings: ForgeSettings): Forge {
  try {
    return openForge(settings);
  } catch (error) {
    throw error instanceof ForgeError ? new EngineError(error.message) : error;
  }
}

function loginOf(
  { token, app }: ServedRepository,
  environment: NodeJS.ProcessEnv,
): ForgeSettings["login"] | null {
  if (app !== null) {
    const { id, installation, private_key: key } = app;
    return {
      app: { id: String(id), installation: installation ?? null, privateKey: secret(key.env, environment) },
    };
  }
  return token === null ? null : { token: secret(token.env, environment) };
}

function secret(name: string, environment: NodeJS.ProcessEnv): string {
  const value = environment[name];
  if (value) return value;
  throw new EngineError(`The variable ${name}, which the server's file names, is not set.`);
}

/** The repository of a request. Throws a failure that is tried again: another process may follow it, or this one after a restart. */
export function followedAs({ followed }: Around, name: string): Followed {
  const found = followed.get(name);
  if (found !== undefined) return found;
  throw ApplicationFailure.create({
    type: "not-followed",
    message: `No repository '${name}' in the file of this server.`,
    nextRetryDelay: "1 minute",
  });
}
