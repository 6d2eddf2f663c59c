"""Cutting frames out of videos: which pictures a file has, proven, and a strip of the chosen ones.

`python -m reprise_trainer.frames` serves it; the step frames/extract still cuts with ffmpeg and does not use it yet.
"""
