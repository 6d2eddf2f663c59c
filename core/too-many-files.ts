/** What to say of an EMFILE or ENFILE; undefined for any other error. */
export function tooManyFiles(error: unknown): string | undefined {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === "EMFILE")
    return "Too many files are open in this process. Raise the limit ('ulimit -n 1024') and run again; what is done is kept.";
  if (code === "ENFILE")
    return "Too many files are open on this machine. Close programs, or raise the system's limit, and run again; what is done is kept.";
  return undefined;
}
