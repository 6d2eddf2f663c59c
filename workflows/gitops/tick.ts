import type { Demand } from "../../schemas/gitops-work.ts";
import { repositoryId } from "./names.ts";
import * as says from "./signals.ts";
import { tell } from "./tell.ts";

/** What a schedule of the server starts: it tells the repository, and ends. Without a repository it is followed no more. */
export async function tick(repository: string, demand: Demand): Promise<void> {
  await tell(repositoryId(repository), says.scheduled, demand);
}
