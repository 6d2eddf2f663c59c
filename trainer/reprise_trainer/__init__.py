"""The trainers behind Reprise: a job file in, events and a result file out."""
