import { realpath, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { digestOf } from "../core/digest.ts";
import { hashFile } from "../store/files.ts";
import { installedPackages, stampOf } from "./installed-packages.ts";
import { hashOf, keep } from "./interpreter.ts";
import type { Store } from "../store/store.ts";

interface Seen {
  stamp: string;
  print: string;
}

/**
 * What stands for ffmpeg in fingerprints. One that a package brought goes by the package's version, which is the same on every
 * machine; another one by its own bytes and by what it says of its libraries, looked at again when its file is another one.
 */
export async function ffmpegPrint(ffmpeg: string, store: Store): Promise<string> {
  const place = await realpath(ffmpeg);
  const packaged = ofPackage(place);
  if (packaged !== undefined) return packaged;
  const { size, mtimeMs } = await stat(place);
  const stamp = `${place} ${size} ${mtimeMs}`;
  const name = `ffmpeg-${hashOf(os.hostname(), path.resolve(ffmpeg))}`;
  const known = await store.environments.loadIfWhole<Seen>(name, "print");
  if (known?.stamp === stamp) return known.print;
  const { execa } = await import("execa");
  const [bytes, { stdout }] = await Promise.all([
    hashFile(place),
    execa(place, ["-hide_banner", "-version"], { reject: false, timeout: 20_000 }),
  ]);
  const print = digestOf({ bytes, version: stdout });
  await keep(store, name, { stamp, print } satisfies Seen);
  return print;
}

const OWN = "imageio-ffmpeg";

/** By the folder that packages are installed in. */
const brought = new Map<string, { stamp: string; version: string | undefined }>();

function ofPackage(place: string): string | undefined {
  const [, site] = /^(.+)\/imageio_ffmpeg\/binaries\/[^/]+$/.exec(place) ?? [];
  if (site === undefined) return undefined;
  const stamp = stampOf([site]);
  if (brought.get(site)?.stamp !== stamp)
    brought.set(site, { stamp, version: installedPackages([site], OWN)[OWN] });
  const version = brought.get(site)?.version;
  return version === undefined ? undefined : `${OWN} ${version}`;
}
