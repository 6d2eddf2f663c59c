import type { Store } from "../store/store.ts";
import { realpathSync } from "node:fs";
import { digestOf } from "../core/digest.ts";

/** What the ids of a store's workflows begin with, and its task queue's name: two stores may use one server. */
export const queueOf = (store: Store): string => `gitops-${digestOf(realpathSync(store.place)).slice(0, 10)}`;

export const repositoryIdOf = (store: Store, repository: string): string => `${queueOf(store)}:${repository}`;

export const commitIdOf = (store: Store, repository: string, sha: string): string =>
  `${repositoryIdOf(store, repository)}:${sha}`;
