const isAbsolute = (video: string): boolean => /^(?:\/|[A-Za-z]:[\\/])/.test(video);

/** Folders and name of an absolute path, also of one that Windows writes. */
const partsOf = (video: string): string[] => video.split(/^[A-Za-z]:[\\]/.test(video) ? /[\\/]/ : "/");

/**
 * Videos as a dataset names them. A relative path stays as it is. Absolute paths are of another machine: the folders that
 * all of them share say nothing and are left out, those that tell two videos apart are kept.
 */
export function datasetPaths(videos: Iterable<string>): Map<string, string> {
  const all = [...new Set(videos)];
  const absolute = all.filter(isAbsolute).map((video) => ({ video, parts: partsOf(video) }));
  const [first, ...others] = absolute;
  let shared = (first?.parts.length ?? 1) - 1;
  for (const { parts } of others) {
    let same = 0;
    while (same < Math.min(shared, parts.length - 1) && parts[same] === first!.parts[same]) same++;
    shared = same;
  }
  return new Map([
    ...all.map((video): [string, string] => [video, video]),
    ...absolute.map(({ video, parts }): [string, string] => [video, parts.slice(shared).join("/")]),
  ]);
}
