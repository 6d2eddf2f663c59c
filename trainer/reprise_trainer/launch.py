"""python -m reprise_trainer.launch JOB.json ACCELERATE.yaml: run one step in several processes.

Wraps `accelerate launch`, and says which process ended it, and how. Exit codes are those of the trainer.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from .job.errors import StepError
from .job.events import write_result
from .job.job import read_job
from .launching.accelerate_keys import require_known_keys
from .processes import stop
from .processes.ending import LOST_PEER, end_with_parent, leave

# How a process ends because another one had failed: by torch's agent, or by itself when it lost its peer.
COLLATERAL = (-signal.SIGTERM, LOST_PEER)


def main(job_file: str, config: str) -> int:
    """Exit code: that of the first process that failed, 75 when stopped, 0 when all are done."""
    end_with_parent()
    stop.listen()
    try:
        return launch(job_file, config)
    except stop.Stopped:
        return stop.EXIT_CODE


def launch(job_file: str, config: str) -> int:
    """Start the processes and wait for them."""
    # Loopback only: gloo would take the interface that the host's name stands for.
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo0" if sys.platform == "darwin" else "lo")
    # A stop waits for the step's end and its checkpoint; who asked for it decides when it has waited enough.
    os.environ.setdefault("TORCH_ELASTIC_SHUTDOWN_TIMEOUT", "3600")
    result = read_job(job_file).result
    try:
        require_known_keys(json.loads(Path(config).read_text(encoding="utf-8")))
    except StepError as error:
        write_result(result, {"ok": False, "code": error.code, "message": str(error)})
        return 2
    from accelerate.commands.launch import launch_command, launch_command_parser
    from torch.distributed.elastic.multiprocessing import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError

    from .launching import rendezvous

    rendezvous.register()
    # Port 0: accelerate would look whether 29500 is free, which nobody here uses.
    options = ["--config_file", config, "--rdzv_backend", rendezvous.NAME, "--main_process_port", "0"]
    command = [*options, "-m", __package__ or "", job_file]
    try:
        launch_command(launch_command_parser().parse_args(command))
    except SignalException:
        # torch's agent has handlers of its own: it passed the signal on, and waited.
        return stop.EXIT_CODE
    except ChildFailedError as error:
        exit_code, code, said = explain(error.failures)
        if exit_code != stop.EXIT_CODE and not result.exists():
            write_result(result, {"ok": False, "code": code, "message": said})
        return exit_code
    return 0


def explain(failures: dict[int, Any]) -> tuple[int, str, str]:
    """Exit code, failure code and sentence for what torch's agent reports, by process number."""
    causes = {rank: failure for rank, failure in failures.items() if failure.exitcode not in COLLATERAL} or failures
    number = min(causes, key=lambda rank: causes[rank].timestamp)
    exit_code = causes[number].exitcode
    if exit_code >= 0:
        exit_code = 1 if exit_code == LOST_PEER else exit_code
        return exit_code, "exit", f"Process {number} ended with exit code {exit_code}; the others were stopped."
    name = signal.Signals(-exit_code).name
    hint = " Often the kernel's, when memory runs out." if name == "SIGKILL" else ""
    code = "killed" if name in ("SIGKILL", "SIGTERM") else "exit"
    return 1, code, f"Process {number} was ended by {name}; the others were stopped.{hint}"


if __name__ == "__main__":
    if not Path(sys.argv[2]).exists():
        sys.exit(f"'{sys.argv[2]}' is missing.")
    leave(main(sys.argv[1], sys.argv[2]))
