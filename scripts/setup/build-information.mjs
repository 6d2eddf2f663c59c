import fs from "node:fs";

// https://pkg.go.dev/debug/buildinfo: a header of 32 bytes, then two strings, each with its length before it.
const MAGIC = Buffer.from("\xff Go buildinf:", "latin1");
const HEADER = 32;
const INLINE_STRINGS = 2;
const SENTINEL = 16;

/**
 * What Go wrote into a program about its own build, as `go version -m` shows it, on any machine: the main module's path and
 * version, and settings such as `vcs.revision`. Throws for a program that was not made by Go 1.18 or newer.
 */
export function buildInformation(file) {
  const data = fs.readFileSync(file);
  const start = data.indexOf(MAGIC);
  if (start === -1 || (data[start + 15] & INLINE_STRINGS) === 0)
    throw new Error(`'${file}' carries no build information of Go`);
  const [go, next] = stringAt(data, start + HEADER);
  const [module] = stringAt(data, next);
  const lines = module.subarray(SENTINEL, -SENTINEL).toString("utf8").split("\n");
  const fields = lines.map((line) => line.split("\t"));
  const main = fields.find(([kind]) => kind === "mod") ?? [];
  return {
    go: go.toString("utf8"),
    path: fields.find(([kind]) => kind === "path")?.[1],
    module: main[1],
    version: main[2],
    settings: Object.fromEntries(
      fields
        .filter(([kind]) => kind === "build")
        .map(([, text]) => [text.split("=")[0], text.slice(text.indexOf("=") + 1)]),
    ),
  };
}

/** A string with its length as a varint before it, and where it ends. */
function stringAt(data, start) {
  let length = 0;
  let place = start;
  for (let shift = 0; ; shift += 7) {
    const byte = data[place++];
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  return [data.subarray(place, place + length), place + length];
}
