/** What was opened on the way, to be closed again, the last first. */
export class Closers {
  readonly #closers: (() => unknown)[] = [];

  add(close: () => unknown): void {
    this.#closers.push(close);
  }

  /** Closes what is open. One that fails keeps none of the others open; its error is thrown at the end. */
  async close(): Promise<void> {
    const failed: unknown[] = [];
    for (const close of this.#closers.splice(0).toReversed()) {
      try {
        await close();
      } catch (error) {
        failed.push(error);
      }
    }
    if (failed.length > 0) throw failed[0];
  }
}

/** Opens one thing after the other; where a later one cannot be opened, the earlier ones are closed, and its error is thrown. */
export async function opening<T>(work: (closers: Closers) => Promise<T>): Promise<T> {
  const closers = new Closers();
  try {
    return await work(closers);
  } catch (error) {
    await closers.close().catch(() => {});
    throw error;
  }
}
