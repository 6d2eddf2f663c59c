const METRIC = /^([^.[\]]+(?:\[[^[\]]*\])?)\.(.+)$/s;

/** `train[lr=0.1].accuracy[direction/forward]` as the step, with its chosen cells, and the metric; null for another form. */
export function splitMetric(text: string): readonly [step: string, metric: string] | null {
  const [, step, metric] = METRIC.exec(text) ?? [];
  return step === undefined ? null : [step, metric!];
}
