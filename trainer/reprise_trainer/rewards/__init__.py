"""Rewards of GRPO, and whether they teach anything."""
