/** Names of what the hosts of a store share; `home` has the places of what is this machine's. */
export const keys = {
  artifacts: "artifacts",
  artifact: (digest: string) => `artifacts/${digest}`,
  /** Of a step's result. */
  results: "steps",
  result: (fingerprint: string) => `steps/${fingerprint}.json`,
  /** What an environment was made of, by its digest; what a program said of itself, by a name. */
  environment: (name: string) => `environments/${name}.json`,
  /** Digests of an input's files, by the digest of its path. */
  input: (key: string) => `inputs/${key}.json`,
  works: "work",
  work: (key: string) => `work/${key}`,
  about: (key: string) => `work/${key}/about.json`,
  checkpoints: (key: string) => `work/${key}/checkpoints`,
  runs: "runs",
  run: (run: string) => `runs/${run}`,
  started: (run: string) => `runs/${run}/run.json`,
  record: (run: string) => `runs/${run}/record.json`,
  step: (run: string, step: string) => `runs/${run}/${step}`,
  /** What earlier tries of a run came to. */
  earlier: (run: string) => `runs/${run}/earlier`,
};
