/** How a repository is fetched. `file`: by its path on this machine. */
export type Protocol = "https" | "http" | "ssh" | "git" | "file";

/** The protocol of a URL as git takes it: https://, http://, ssh://, git://, host:path, or an absolute path. Throws for any other. */
export function protocolOf(url: string): Protocol {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme === "https" || scheme === "http" || scheme === "ssh" || scheme === "git") return scheme;
  if (scheme === undefined && url.startsWith("/")) return "file";
  if (scheme === undefined && isScpLike(url)) return "ssh";
  throw new Error(`'${url}' is no URL of a repository that can be used.`);
}

/** `git@host:path`; not `ext::…`, and nothing that looks like an option. */
const isScpLike = (url: string): boolean => /^(?:[\w.-]+@)?[A-Za-z0-9][\w.-]*:(?!:)[^\s]+$/.test(url);

/** Host of a URL, lower-case; null of a path. */
function hostOf(url: string): string | null {
  const protocol = protocolOf(url);
  if (protocol === "file") return null;
  if (url.includes("://")) return new URL(url).hostname.toLowerCase();
  return url
    .slice(url.indexOf("@") + 1)
    .split(":")[0]!
    .toLowerCase();
}

/** Whether a URL's host is this machine. */
export const isLoopback = (url: string): boolean => {
  const host = hostOf(url);
  return host === null || host === "localhost" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
};
