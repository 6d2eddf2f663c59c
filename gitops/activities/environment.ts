import type { Store } from "../../store/store.ts";
/** What programs need of the server's environment, and what says how they compute. Everything else stays here. */
const NAMES = new Set([
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ", "LANG", "LANGUAGE", "TERM"],
  ...[
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "NODE_EXTRA_CA_CERTS",
  ],
  ...["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "LD_LIBRARY_PATH", "NODE_OPTIONS"],
  ...[
    "HF_HOME",
    "HF_HUB_CACHE",
    "HF_HUB_OFFLINE",
    "HF_ENDPOINT",
    "TRANSFORMERS_OFFLINE",
    "PYTORCH_CUDA_ALLOC_CONF",
  ],
]);
const PREFIXES = [
  "LC_",
  "XDG_",
  "CUDA_",
  "NVIDIA_",
  "NCCL_",
  "OMP_",
  "MKL_",
  "OPENBLAS_",
  "REPRISE_",
  "TEMPORAL_",
];

/**
 * The environment of a run's worker: what programs need, and the secrets that its decision allows. So a token of the server, or the
 * secret of another repository, cannot be had by whoever writes a recipe.
 */
export function runEnvironment(
  server: NodeJS.ProcessEnv,
  store: Store,
  secrets: readonly string[],
  own: ReadonlySet<string>,
): NodeJS.ProcessEnv {
  const given = Object.entries(server).filter(
    ([name]) =>
      secrets.includes(name) ||
      (!own.has(name) && (NAMES.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix)))),
  );
  return { ...Object.fromEntries(given), REPRISE_HOME: store.place };
}
