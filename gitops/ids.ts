import { realpathSync } from "node:fs";
import { digestOf } from "../core/digest.ts";

/** What the ids of a store's workflows begin with, and its task queue's name: two stores may use one server. */
export const queueOf = (root: string): string => `gitops-${digestOf(realpathSync(root)).slice(0, 10)}`;

export const repositoryIdOf = (root: string, repository: string): string => `${queueOf(root)}:${repository}`;

export const commitIdOf = (root: string, repository: string, sha: string): string =>
  `${repositoryIdOf(root, repository)}:${sha}`;
