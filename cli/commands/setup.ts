import { EXIT, UserError } from "../errors.ts";
import { findToolchain } from "../../host/toolchain.ts";
import { say, sayJson } from "../output.ts";
import { setUp, type Part } from "../set-up.ts";

const PARTS: readonly Part[] = ["python", "server"];

/** Prepares the Python environment and the Temporal server in the user's cache, as far as they are not there. */
export async function setup(named: string[], { json = false }: { json?: boolean }): Promise<number> {
  const unknown = named.find((name) => !PARTS.some((part) => part === name));
  if (unknown !== undefined)
    throw new UserError(
      EXIT.invalid,
      `There is no part '${unknown}' to set up. There are: ${PARTS.join(", ")}.`,
    );
  const parts = PARTS.filter((part) => named.length === 0 || named.includes(part));
  await setUp(parts);
  const { python, ffmpeg, server } = findToolchain();
  if (json) sayJson({ python, ffmpeg, server });
  else if (parts.includes("python")) say(`Python environment: ${python ?? "none"}`);
  if (!json && parts.includes("server"))
    say(`Temporal server: ${process.env["TEMPORAL_ADDRESS"] ?? server ?? "none"}`);
  return EXIT.done;
}
