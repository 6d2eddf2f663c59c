"""The kinds of steps that run in Python: a module each, with `run(job, events)`."""
