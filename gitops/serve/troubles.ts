import type { Followed } from "../activities/followed.ts";
import { readTroubles } from "../state/trouble.ts";

/** Tells what was noted of a repository while workflows were worked on, each once. What a poller meets it tells itself. */
export function troublesOf({ places }: Pick<Followed, "places">, tell: (says: string | null) => void) {
  let told: string | null = null;
  return async (): Promise<void> => {
    const { forge, schedules } = await readTroubles(places);
    const says = [forge, schedules].flatMap((one) => one?.says ?? []).join(" ") || null;
    if (says === told) return;
    told = says;
    tell(says);
  };
}
