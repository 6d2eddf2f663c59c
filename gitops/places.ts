import path from "node:path";
import { home } from "../store/home.ts";

/** Where GitOps keeps what it has of one repository, below the store. */
export interface Places {
  /** Bare mirror. */
  mirror: string;
  /** One working tree for each commit that has a run. */
  checkouts: string;
}

/** The places of a repository by its name in the server's file. */
export function placesOf(root: string, repository: string): Places {
  const folder = path.join(home.gitops(root), repository);
  return { mirror: path.join(folder, "mirror.git"), checkouts: path.join(folder, "checkouts") };
}
