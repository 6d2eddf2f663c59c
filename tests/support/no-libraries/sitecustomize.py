"""Stands in for the trainers' libraries, so that a host is ready at once. A job's parameters say what its step does."""

import contextlib
import gc
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import types
from pathlib import Path


def facts():
    def read(file):
        return Path("/proc/self", file).read_bytes().decode()

    return {
        "pid": os.getpid(),
        "parent": os.getppid(),
        "group": os.getpgrp(),
        "session": os.getsid(0),
        "folder": os.getcwd(),
        "umask": os.umask(0o022),
        "nice": os.nice(0),
        "variables": dict(os.environ),
        "shown": read("environ").split("\0")[:-1],
        "command": read("cmdline").rstrip("\0").split("\0"),
        "arguments": sys.argv,
        "path": sys.path[0],
        "input": os.readlink("/proc/self/fd/0"),
        "files": files(),
        "handlers": {name: str(signal.getsignal(getattr(signal, name))) for name in ("SIGINT", "SIGHUP", "SIGCHLD")},
        "blocked": [line for line in read("status").splitlines() if line.startswith("SigBlk")],
        "collects": gc.isenabled(),
        "random": [random.random(), __import__("numpy").random.random()],
    }


def files():
    found = []
    for name in sorted(os.listdir("/proc/self/fd"), key=int):
        with contextlib.suppress(FileNotFoundError):
            found.append(os.readlink(f"/proc/self/fd/{name}"))
    return found


def run(job, events):
    does = job.params
    events.message(json.dumps(facts()))
    print("a step speaks", flush=True)
    if does.get("leaves"):
        # A child in a session of its own.
        child = subprocess.Popen(["sleep", "600"], start_new_session=True)
        events.message(f"left {child.pid}")
    time.sleep(does.get("seconds", 0))
    if "exit" in does:
        os._exit(does["exit"])
    return {}


def load():
    how = os.environ.get("STAND_IN", "")
    print("the libraries speak", file=sys.stderr)
    if how == "missing":
        raise ModuleNotFoundError("No module named 'trl'", name="trl")
    if how == "thread":
        threading.Thread(target=time.sleep, args=(600,), name="pool", daemon=True).start()
    if how == "dies":
        os._exit(3)
    if how == "slow":
        time.sleep(600)
    if how == "babbles":
        os.write(3, b'{"says": "begun", "step": 7, "pid": 1}\n')


if __name__ != "__main__":
    torch = types.ModuleType("torch")
    torch.set_num_threads = lambda count: None
    torch.backends = types.SimpleNamespace(cuda=types.SimpleNamespace(enable_cudnn_sdp=lambda on: None))
    torch.compile = lambda function: function
    sys.modules["torch"] = torch
    sys.modules["bitsandbytes"] = types.ModuleType("bitsandbytes")
    for name, members in {"warm": {"load": load}, "kinds.eval_open": {"run": run}}.items():
        module = types.ModuleType(f"reprise_trainer.{name}")
        module.__dict__.update(members)
        sys.modules[module.__name__] = module
    if os.environ.get("STAND_IN") == "missing":
        sys.modules["reprise_trainer.kinds.eval_open"] = None
