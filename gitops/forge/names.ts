/** Whether a text can be an account's name: then it is one part of a path and nothing else. `name[bot]` is one. */
export const isLogin = (text: string): boolean =>
  /^[\p{L}\p{N}_][\p{L}\p{N}._-]{0,254}(?:\[bot\])?$/u.test(text);

/** Whether a text can be a project's path: `owner/name`, on GitLab with groups in between. */
export function isProject(text: string, most: number): boolean {
  const parts = text.split("/");
  return (
    parts.length >= 2 &&
    parts.length <= most &&
    parts.every((part) => /^[\w][\w.-]*$|^\.[\w][\w.-]*$/.test(part))
  );
}

/** `owner/name` of a clone URL, as forges write them: https://host/owner/name.git, ssh://git@host/owner/name, git@host:owner/name.git. */
export function projectOf(url: string): string | null {
  const scp = /^[^/@:]+@[^/:]+:(?!\/)(?<path>.+)$/.exec(url)?.groups?.["path"];
  const path = scp ?? (URL.canParse(url) ? decoded(new URL(url).pathname) : null);
  if (path === null) return null;
  return (
    path
      .replace(/^\/+/, "")
      .replace(/\/+$/, "")
      .replace(/\.git$/, "") || null
  );
}

function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
