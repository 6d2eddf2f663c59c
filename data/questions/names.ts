/** What tells a row from others, and says in which groups it counts. */
export interface Named {
  id: string;
  video?: string;
  task: string;
  way?: string;
  /** Part of the benchmark. */
  part?: string;
}

/** A row's names alone, in the order in which files have them; what a row leaves out stays out. */
export const namesOf = ({ id, video, task, way, part }: Named): Named => ({
  id,
  ...(video === undefined ? {} : { video }),
  task,
  ...(way === undefined ? {} : { way }),
  ...(part === undefined ? {} : { part }),
});

/** A row's task, with the way that is asked about where there is one. */
export const taskOf = ({ task, way }: Pick<Named, "task" | "way">): string =>
  way === undefined ? task : `${task}/${way}`;
