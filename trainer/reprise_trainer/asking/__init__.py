"""Replies of a local model."""
