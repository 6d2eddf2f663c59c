/** How many attempts of each activity this process makes just now: one may begin while another one still ends. */
const attempts = new Map<string, number>();

const nameOf = (run: string, activity: string): string => `${run}/${activity}`;

/** Notes that an attempt begins; gives the function that notes its end. */
export function beginWork(run: string, activity: string): () => void {
  const name = nameOf(run, activity);
  attempts.set(name, (attempts.get(name) ?? 0) + 1);
  return () => {
    const left = attempts.get(name)! - 1;
    if (left > 0) attempts.set(name, left);
    else attempts.delete(name);
  };
}

/** Whether this process works on an activity of a run: a step, or the writing of its record. */
export const isAtWork = (run: string, activity: string): boolean => attempts.has(nameOf(run, activity));
