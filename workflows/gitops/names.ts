import { workflowInfo } from "@temporalio/workflow";

/** Ids of the workflows of one store begin alike: two stores may use one server. */
const prefix = (): string => workflowInfo().workflowId.split(":")[0]!;

export const repositoryId = (repository: string): string => `${prefix()}:${repository}`;

export const commitId = (repository: string, sha: string): string => `${prefix()}:${repository}:${sha}`;

export const recipeId = (repository: string, sha: string, key: string, attempt: number): string =>
  `${prefix()}:${repository}:${sha}:${key}:${attempt}`;
