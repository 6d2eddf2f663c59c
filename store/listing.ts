import { isUtf8 } from "node:buffer";
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";

/** A folder holds something that has no content to go by; the message says what, and what to do. */
export class ContentError extends Error {}

interface Listing {
  /** Paths of all files, and of empty folders with a slash at the end; sorted by code unit: the same on every machine. */
  paths: string[];
  /** What has no content to go by: a sentence each, without a full stop. */
  unfit: string[];
}

interface Looking extends Listing {
  passOver: PassOver;
}

const MOST_TOLD = 5;

/** What makes a folder unfit, as one sentence. */
export const toldOf = (unfit: readonly string[]): string =>
  unfit.length > MOST_TOLD
    ? `${unfit.slice(0, MOST_TOLD).join("; ")}; and ${unfit.length - MOST_TOLD} more`
    : unfit.join("; ");

/** Whether something of this name is passed over, with all that is in it. */
export type PassOver = (name: string) => boolean;

/** As `lookThrough`, but throws a ContentError for what is unfit. */
export async function listFiles(folder: string, passOver?: PassOver): Promise<string[]> {
  const { paths, unfit } = await lookThrough(folder, passOver);
  if (unfit.length > 0) throw new ContentError(toldOf(unfit));
  return paths;
}

/**
 * Everything below a folder, with forward slashes. Links are followed: hub caches and data sets are often made of them, and
 * what counts is the content. Unfit is a link that leads nowhere or back; what is no file, such as a pipe, which would be
 * read for ever; a name that is not UTF-8; and what may not be read.
 */
export async function lookThrough(folder: string, passOver: PassOver = () => false): Promise<Listing> {
  const found: Looking = { paths: [], unfit: [], passOver };
  await lookBelow(found, folder, "", [await realpath(folder)]);
  found.paths.sort((a, b) => (a < b ? -1 : 1));
  found.unfit.sort();
  return { paths: found.paths, unfit: found.unfit };
}

async function lookBelow(
  found: Looking,
  folder: string,
  below: string,
  above: readonly string[],
): Promise<void> {
  const all = await readdir(path.join(folder, below), { encoding: "buffer" }).catch((error: unknown) => {
    found.unfit.push(unreadable(below, error));
  });
  if (all === undefined) return;
  const names = all.filter((name) => !found.passOver(name.toString()));
  if (names.length === 0 && below !== "") found.paths.push(`${below}/`);
  await Promise.all(names.map((name) => lookAt(found, folder, below, name, above)));
}

async function lookAt(
  found: Looking,
  folder: string,
  below: string,
  name: Buffer,
  above: readonly string[],
): Promise<void> {
  const inside = below === "" ? name.toString() : `${below}/${name.toString()}`;
  if (!isUtf8(name)) {
    const shown = below === "" ? escaped(name) : `${below}/${escaped(name)}`;
    found.unfit.push(`the name '${shown}' is not UTF-8; rename it`);
    return;
  }
  const place = path.join(folder, inside);
  try {
    const entry = await stat(place);
    if (entry.isFile()) found.paths.push(inside);
    else if (!entry.isDirectory()) found.unfit.push(`'${inside}' is neither a file nor a folder; remove it`);
    else {
      const real = await realpath(place);
      if (above.some((other) => isWithin(real, other)))
        found.unfit.push(`the link '${inside}' leads back to a folder above it; remove it`);
      else await lookBelow(found, folder, inside, [...above, real]);
    }
  } catch (error) {
    const leadsNowhere = isNowhere(error) && (await isLink(place));
    found.unfit.push(
      leadsNowhere ? `the link '${inside}' leads nowhere; mend or remove it` : unreadable(inside, error),
    );
  }
}

/** Whether a path is a folder, or stands at any depth in it. */
export const isWithin = (folder: string, place: string): boolean =>
  place === folder || place.startsWith(folder.endsWith("/") ? folder : `${folder}/`);

/** Bytes that are no ASCII as a shell's $'…' takes them. */
const escaped = (name: Buffer): string =>
  [...name]
    .map((byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`,
    )
    .join("");

const isNowhere = (error: unknown): boolean =>
  ["ENOENT", "ELOOP", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "");

const isLink = (place: string): Promise<boolean> =>
  lstat(place).then(
    (entry) => entry.isSymbolicLink(),
    () => false,
  );

// They are this process's own trouble.
const OURS: ReadonlySet<string | undefined> = new Set(["EMFILE", "ENFILE", "ENOMEM"]);

/** Why something below a folder, or the place itself (""), cannot be read. Throws what is not its fault. */
export function unreadable(inside: string, error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || OURS.has(code)) throw error;
  const what = inside === "" ? "it" : `'${inside}'`;
  if (code === "EACCES" || code === "EPERM")
    return `${what} may not be read by this user (${code}); give the right to, or take it away`;
  if (isNowhere(error)) return `${what} went away while it was looked at; let nothing write there meanwhile`;
  return `${what} cannot be read (${code}); look at its disk`;
}
