"""Training by TRL's stock trainers, watched."""
