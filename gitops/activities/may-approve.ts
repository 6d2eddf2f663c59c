import { suffices } from "../trust/decide.ts";
import { followedAs, type Around } from "./followed.ts";

/** Whether somebody may approve: by what the forge itself says now. Null for yes; a sentence for no. */
export async function mayApprove(
  around: Around,
  { repository, by }: { repository: string; by: string | null },
): Promise<string | null> {
  const { forge, served } = followedAs(around, repository);
  // The operator of this machine, who could as well change the server's file.
  if (by === null) return null;
  if (forge === null) return `'${repository}' has no forge that could say what ${by} may do.`;
  const permission = await forge.permission(by);
  if (suffices(permission, served.trust.approvers)) return null;
  return `${by} has the permission '${permission}' on '${repository}', and an approval needs '${served.trust.approvers}'.`;
}
