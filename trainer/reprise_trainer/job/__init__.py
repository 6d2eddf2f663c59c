"""What a step is asked to do, and what it says: job file, events, results sample by sample, failures."""
