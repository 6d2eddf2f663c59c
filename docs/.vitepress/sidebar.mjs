// Every page once, in the order in which a reader wants them.
const part = (text, pages) => ({
  text,
  items: Object.entries(pages).map(([link, title]) => ({ text: title, link })),
});

export const sidebar = [
  part("Begin", {
    "/": "Reprise",
    "/docs/setup": "Set-up",
  }),
  part("A recipe", {
    "/docs/language": "The language",
    "/docs/papers": "A paper's tables",
    "/docs/claims": "Claims and verdicts",
    "/docs/datasets": "Datasets and frames",
    "/docs/evaluation": "Evaluation",
  }),
  part("Steps of your own", {
    "/docs/run-command": "Any program",
    "/docs/kinds": "A kind of step",
  }),
  part("Runs", {
    "/docs/durability": "Crashes, checkpoints, control",
    "/docs/reproducible": "The same bytes elsewhere",
    "/docs/preflight": "A look at full size",
    "/docs/gpu": "On a GPU",
    "/docs/security": "Security",
  }),
  part("Repositories", {
    "/docs/gitops": "GitOps",
  }),
  part("Reference", {
    "/docs/recipe-reference": "Recipe and kinds",
    "/docs/gitops-reference": "Files of GitOps",
    "/docs/diagnostics": "Diagnostics",
  }),
  part("ST-R1, the first paper", {
    "/docs/st-r1": "Running it",
    "/docs/demo": "The demo",
    "/docs/method-grid": "The method grid",
    "/docs/data-amount": "The amounts of data",
  }),
  part("Reprise itself", {
    "/docs/architecture": "Architecture",
    "/CONTRIBUTING": "Contributing",
    "/benchmarks/README": "Benchmarks",
    "/CHANGELOG": "Changes",
  }),
];
