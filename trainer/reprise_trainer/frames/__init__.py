"""Cutting frames out of videos: which pictures a file has, proven, and a strip of the chosen ones."""
