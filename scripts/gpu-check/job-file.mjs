// A job file as the worker writes it, with paths relative to the folders that the checks run in.

/** `step` is a plan's; the seed stands beside its other parameters there. */
export function jobFile({ kind, params: { seed, ...params }, resources }, inputs, outputs, checkpoint) {
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
    threads: resources.cpu,
    // What is portable is so on CPUs.
    reproducible: "fastest",
  };
}
