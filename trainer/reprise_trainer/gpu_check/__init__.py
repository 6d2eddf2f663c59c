"""What a run at full size takes on a CUDA GPU, measured beside what preflight counts. See docs/gpu.md."""
