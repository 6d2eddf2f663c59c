/** Takes all that is left of a disk; gives a function that gives it back. */
export function fill(folder: string): () => void;
