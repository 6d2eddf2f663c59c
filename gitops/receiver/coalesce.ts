interface Turn {
  /** Over when the last one that began is over, well or not. */
  running: Promise<void> | null;
  next: Promise<void> | null;
}

/**
 * One call at a time for each key, and no two within `apartMs`: who comes meanwhile shares the next one. Each gets the outcome of
 * a call that began after it came.
 */
export function coalesce(
  call: (key: string) => Promise<void>,
  apartMs: number,
): (key: string) => Promise<void> {
  const turns = new Map<string, Turn>();

  async function take(key: string, turn: Turn): Promise<void> {
    await turn.running?.catch(() => undefined);
    turn.next = null;
    const made = call(key);
    turn.running = Promise.allSettled([made, new Promise((resolve) => setTimeout(resolve, apartMs))]).then(
      () => {
        turn.running = null;
        if (turn.next === null) turns.delete(key);
      },
    );
    await made;
  }

  return (key) => {
    const turn = turns.get(key) ?? { running: null, next: null };
    turns.set(key, turn);
    turn.next ??= take(key, turn);
    return turn.next;
  };
}
