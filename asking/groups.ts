/** What the paper's tables have rows for: one task in one direction, and one part of the benchmark. */
export function groupsOf<Sample extends { task: string; way: string; part?: string }>(
  samples: readonly Sample[],
): [name: string, group: Sample[]][] {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples)
    for (const name of [`${sample.task}/${sample.way}`, sample.part ?? []].flat()) {
      const group = groups.get(name) ?? [];
      groups.set(name, group);
      group.push(sample);
    }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}
