// A job file as the worker writes it, with paths relative to the folders that the checks run in.

/** `step` is a plan's; the seed stands beside its other parameters there. */
export function jobFile(step, inputs, outputs, checkpoint) {
  const { kind, resources, threads = resources.cpu } = step;
  const { seed, ...params } = step.params;
  return {
    kind,
    params,
    inputs,
    outputs,
    events: "",
    result: "",
    checkpoints: {
      directory: "",
      every_steps: checkpoint.everySteps,
      every_seconds: checkpoint.everySeconds,
      keep: checkpoint.keep,
      key: "gpu-check",
      fields: {},
      inexact: [],
      resume: null,
    },
    seed: seed ?? 0,
    threads,
    beside: false,
    // What is portable is so on CPUs.
    reproducible: "fastest",
  };
}
