import { isLoopback, protocolOf, type Protocol } from "../git/protocol.ts";

/** The address of a repository as the operator writes it: how it is fetched, or why it cannot be. */
export function addressOf(url: string, insecure: boolean): { protocol: Protocol } | { wrong: string } {
  if (url.startsWith("-"))
    return { wrong: `'${url}' looks like an option of git. Write ./${url} for a path.` };
  if (/[\s\p{Cc}]/u.test(url) && !isPathLike(url))
    return { wrong: "An address has no blanks and control characters." };
  if (/^file:/i.test(url)) return { wrong: "Write the path itself, without 'file://'." };
  if (isPathLike(url)) return { protocol: "file" };
  let protocol: Protocol;
  try {
    protocol = protocolOf(url);
  } catch {
    return unusable(url);
  }
  if (url.includes("://") && !URL.canParse(url)) return unusable(url);
  if (hasUser(url, protocol))
    return {
      wrong:
        "No user and no token stand in an address, where logs would show them. Write token: { env: NAME_OF_A_VARIABLE }.",
    };
  if ((protocol === "http" || protocol === "git") && !insecure && !isLoopback(url))
    return {
      wrong: `By ${protocol} anyone on the way can read and change what is fetched. Use https or ssh, or allow it with 'insecure: true'.`,
    };
  return { protocol };
}

const unusable = (url: string): { wrong: string } => ({
  wrong: `'${hidden(url)}' is no address that can be used. Write https://…, ssh://…, git://…, user@host:path, or a path.`,
});

/** A path as shells know it; everything with a host has a colon before the first slash. */
const isPathLike = (url: string): boolean => /^(?:\/|\.{1,2}(?:\/|$)|[^:/]+(?:\/|$))/.test(url);

function hasUser(url: string, protocol: Protocol): boolean {
  if (!url.includes("://")) return false;
  const { username, password } = new URL(url);
  // ssh logs in as a user.
  return password !== "" || (username !== "" && protocol !== "ssh");
}

/** An address without what may be a password. */
const hidden = (url: string): string => url.replace(/\/\/[^/@]*@/, "//…@");
