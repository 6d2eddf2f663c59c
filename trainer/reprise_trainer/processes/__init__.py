"""This process among those of its training, and how it is stopped."""
