import { access, constants, mkdir } from "node:fs/promises";
import { EXIT, UserError } from "./errors.ts";
import type { Store } from "../store/store.ts";

/** The store's folder, made if need be. Throws a UserError when nothing can be written there. */
export async function writable(store: Store): Promise<Store> {
  try {
    await mkdir(store.place, { recursive: true });
    await access(store.place, constants.W_OK);
    return store;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw new UserError(
      EXIT.missing,
      `'${store.place}' cannot be written (${code}). Set REPRISE_HOME to a folder that can.`,
    );
  }
}
