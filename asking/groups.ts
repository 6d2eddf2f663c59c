import { StepFailure } from "../core/step-failure.ts";
import { taskOf, type Named } from "../data/questions/names.ts";

/** Samples that count together, by what of their rows they have in common. */
export interface Group<Sample> {
  name: string;
  by: "task" | "part";
  samples: Sample[];
}

/**
 * Samples by what tables usually have rows for, by name: a task, in one direction where its rows have a way, and a part of the
 * benchmark. Throws where a task is called as a part is, since their metrics would be one.
 */
export function groupsOf<Sample extends Pick<Named, "task" | "way" | "part">>(
  samples: readonly Sample[],
): Group<Sample>[] {
  const groups = new Map<string, Group<Sample>>();
  const add = (name: string, by: Group<Sample>["by"], sample: Sample) => {
    const group = groups.get(name) ?? { name, by, samples: [] };
    if (group.by !== by)
      throw new StepFailure(
        "data",
        `'${name}' is both a 'task' and a 'part' of the questions, so their metrics would have one name. Rename one of them.`,
      );
    group.samples.push(sample);
    groups.set(name, group);
  };
  for (const sample of samples) {
    add(taskOf(sample), "task", sample);
    if (sample.part !== undefined) add(sample.part, "part", sample);
  }
  return [...groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
