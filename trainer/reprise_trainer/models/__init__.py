"""Models: where they come from, how they are loaded, and whether their weights are numbers."""
