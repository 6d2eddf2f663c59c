/** How many attempts of each step this process makes just now: one may begin while another one still ends. */
const attempts = new Map<string, number>();

const nameOf = (run: string, step: string): string => `${run}/${step}`;

/** Notes that an attempt begins; gives the function that notes its end. */
export function beginWork(run: string, step: string): () => void {
  const name = nameOf(run, step);
  attempts.set(name, (attempts.get(name) ?? 0) + 1);
  return () => {
    const left = attempts.get(name)! - 1;
    if (left > 0) attempts.set(name, left);
    else attempts.delete(name);
  };
}

/** Whether this process works on a step of a run. */
export const isAtWork = (run: string, step: string): boolean => attempts.has(nameOf(run, step));
