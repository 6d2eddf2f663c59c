"""Checks of a full-size run that need no GPU, no weights and no network."""
