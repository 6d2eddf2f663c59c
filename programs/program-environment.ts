import { isNamed, isWithheld } from "../core/name-pattern.ts";

/** Variables of the worker's environment that a step's program gets; a * at the end stands for any ending. */
export const PASSED: readonly { names: readonly string[]; why: string }[] = [
  {
    why: "who runs it, where programs are, how to speak",
    names: ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "LC_*", "TZ", "TERM"],
  },
  { why: "where files of its own go", names: ["TMPDIR", "TMP", "TEMP", "XDG_*"] },
  {
    why: "the way out of this network, and whom it trusts there",
    names: [
      ...["http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy"],
      ...["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY"],
      ...["SSL_CERT_*", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "GIT_SSL_CAINFO"],
    ],
  },
  {
    why: "libraries and interpreters of this machine",
    names: [
      ...["LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_*", "GLIBC_TUNABLES"],
      ...["PYTHONPATH", "VIRTUAL_ENV", "CONDA_*", "JAVA_HOME", "R_LIBS*", "JULIA_DEPOT_PATH"],
    ],
  },
  {
    why: "GPUs and how they are reached",
    names: ["CUDA_*", "NVIDIA_*", "NCCL_*", "ROCR_*", "ROCM_*", "HIP_*", "HSA_*", "GLOO_*", "UCX_*"],
  },
  {
    why: "threads and memory",
    names: [
      "OMP_*",
      "KMP_*",
      "GOMP_*",
      "MKL_*",
      "OPENBLAS_*",
      "NUMEXPR_*",
      "MALLOC_*",
      "PYTORCH_*",
      "TORCH_*",
    ],
  },
  {
    why: "where models and data of the hub are kept; not its token",
    names: [
      ...["HF_HOME", "HF_ENDPOINT", "HF_HUB_*", "HF_XET_*", "HF_DATASETS_*", "HF_ASSETS_CACHE"],
      ...["HF_TOKEN_PATH", "TRANSFORMERS_CACHE", "TRANSFORMERS_OFFLINE"],
    ],
  },
  {
    why: "modules and jobs of a cluster",
    names: [
      ...["MODULEPATH", "MODULESHOME", "LOADEDMODULES", "_LMFILES_", "LMOD_*", "BASH_ENV", "BASH_FUNC_*"],
      ...["SLURM_*", "SLURMD_*", "PBS_*", "LSB_*", "SGE_*"],
    ],
  },
];

const ALWAYS = PASSED.flatMap(({ names }) => names);

/**
 * What a program gets of the worker's environment: what stands in `PASSED`, and what its step names beside it (names, or
 * beginnings with a * behind); never the recipe's secrets, which are `withheld`. Secrets of its own come on top.
 */
export function programEnvironment(
  withheld: readonly string[] = [],
  named: readonly string[] = [],
  environment: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const passed = [...ALWAYS, ...named];
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined &&
        isNamed(entry[0], passed) &&
        !isWithheld(entry[0]) &&
        !withheld.includes(entry[0]),
    ),
  );
}
