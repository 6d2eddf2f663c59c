"""What holds for a process before its work: where it finds others, accelerate's keys, pinned kernels."""
