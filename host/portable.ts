import type { Reproducible } from "../schemas/plan.ts";

// By the names of old and new versions; unknown ones are passed over.
const BEYOND_AVX2 = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR X86_V4";

/**
 * What keeps a program's numbers from depending on the processor, by environment variable: each library is told to use the
 * same kernels on every x86-64 processor with AVX2. docs/reproducible.md says how this was found and tried. bitsandbytes, which
 * cannot be told so, is pinned by the trainers themselves (trainer/reprise_trainer/launching/portable.py).
 */
const PORTABLE: Readonly<Record<string, string>> = {
  // torch's own kernels.
  ATEN_CPU_CAPABILITY: "avx2",
  // oneDNN: convolutions.
  ONEDNN_MAX_CPU_ISA: "AVX2",
  // MKL: matrix products. On processors that are not Intel's, no other mode promises equal bytes.
  MKL_CBWR: "COMPATIBLE",
  // What it compiles is made for the processor at hand.
  TORCH_COMPILE_DISABLE: "1",
  // NumPy, and the library that its matrix products come from.
  NPY_DISABLE_CPU_FEATURES: BEYOND_AVX2,
  OPENBLAS_CORETYPE: "Haswell",
  // Sums are split among threads: as many as the step asks for, however busy the machine is.
  MKL_DYNAMIC: "FALSE",
  OMP_DYNAMIC: "FALSE",
};

/**
 * What a GPU's library must be told before it is loaded; the rest is the trainers' own (launching/deterministic.py). Without it
 * cuBLAS may choose another kernel for the same product (NVIDIA's documentation of cuBLAS, reproducibility).
 */
const DETERMINISTIC: Readonly<Record<string, string>> = { CUBLAS_WORKSPACE_CONFIG: ":4096:8" };

/** Environment of every program of a step, by what its recipe says of reproducing; the record shows it. */
export function pinsOf(reproducible: Reproducible | undefined): Readonly<Record<string, string>> {
  if (reproducible === "portable") return PORTABLE;
  return reproducible === "deterministic" ? DETERMINISTIC : {};
}
