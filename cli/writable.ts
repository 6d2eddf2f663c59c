import { access, constants, mkdir } from "node:fs/promises";
import { EXIT, UserError } from "./errors.ts";

/** The store's folder, made if need be. Throws a UserError when nothing can be written there. */
export async function writable(root: string): Promise<string> {
  try {
    await mkdir(root, { recursive: true });
    await access(root, constants.W_OK);
    return root;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw new UserError(
      EXIT.missing,
      `'${root}' cannot be written (${code}). Set REPRISE_HOME to a folder that can.`,
    );
  }
}
