import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { findToolchain } from "../../host/toolchain.ts";

const PACK = `
import sys, zipfile
place, name, version, code = sys.argv[1:]
info = f"{name}-{version}.dist-info"
with zipfile.ZipFile(place, "w") as wheel:
    wheel.writestr(f"{name}.py", code)
    wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(f"{info}/RECORD", "")
`;

/** Makes a wheel of one module in a folder; gives the line of a lock file that names it, with its hash. */
export function wheel(folder: string, name: string, version: string, code: string): string {
  const place = path.join(folder, `${name}-${version}-py3-none-any.whl`);
  execFileSync(findToolchain().python!, ["-c", PACK, place, name, version, code]);
  const digest = createHash("sha256").update(readFileSync(place)).digest("hex");
  return `${name} @ ${pathToFileURL(place).href} --hash=sha256:${digest}\n`;
}
