"""Models on the hub: at one commit, from the cache or from a server, and with one sentence where there is none."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from conftest import EVAL, SFT, Step, trainer_environment
from hosting import Host, Started, hosted
from reprise_trainer.job.job import Job
from reprise_trainer.models.hub import split
from reprise_trainer.preflight.architecture import architecture

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NOWHERE = "http://127.0.0.1:9"


def cached(home: Path, base: Path) -> Path:
    """A hub's cache with the tiny model, as a download of `main` leaves it."""
    repository = home / "hub" / "models--org--tiny"
    (repository / "snapshots").mkdir(parents=True)
    (repository / "snapshots" / COMMIT).symlink_to(base, target_is_directory=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    return home


def written(job: Job, model: str) -> Path:
    """The job's file, with a model on the hub."""
    raw = {**asdict(job), "inputs": {**job.inputs, "model": model}}
    file = job.result.with_name("job.json")
    file.write_text(json.dumps(raw, default=str))
    return file


def run(job: Job, model: str, home: Path, **environment: str) -> dict[str, Any]:
    """The result of a trainer that runs as a child."""
    inherited = {name: value for name, value in trainer_environment().items() if not name.startswith("HF_")}
    given = {**inherited, "HF_HOME": str(home), "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1", **environment}
    command = [sys.executable, "-m", "reprise_trainer", str(written(job, model))]
    ended = subprocess.run(command, env=given, capture_output=True, text=True, check=False)
    result = json.loads(job.result.read_text())
    assert ended.returncode == (0 if result["ok"] else 2)
    # A failure that has a sentence shows no stack trace.
    assert "Traceback" not in ended.stderr
    return result


@contextmanager
def hub(status: int, headers: dict[str, str]) -> Iterator[str]:
    """A server that answers every request like the hub does when it gives nothing."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        do_HEAD = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory, base: Path) -> Iterator[Host | Started]:
    """What runs jobs with the tiny model in the hub's cache and no network, in processes of their own."""
    home = cached(tmp_path_factory.mktemp("hf"), base)
    with hosted(HF_HOME=str(home), HF_HUB_CACHE=str(home / "hub"), HF_HUB_OFFLINE="1") as began:
        yield began


def run_offline(offline: Host | Started, job: Job, model: str) -> dict[str, Any]:
    """The result of a job that must end well, with a model on the hub."""
    assert offline.run(replace(job, inputs={**job.inputs, "model": model})) == 0
    return json.loads(job.result.read_text())


@pytest.mark.parametrize("model", ["org/tiny", "org/tiny@main", f"org/tiny@{COMMIT}"])
def test_a_cached_model_is_evaluated_offline_and_its_commit_is_told(
    step: Step, offline: Host | Started, model: str
) -> None:
    job = step.job("eval/mcq", EVAL, {}, ["replies"])
    result = run_offline(offline, job, model)
    assert result == {"ok": True, "metrics": {"samples": 2}}
    (event,) = step.events(job, "hub")
    revision = split(model)[1]
    assert {name: event[name] for name in ("parameter", "id", "revision", "commit")} == {
        "parameter": "model",
        "id": "org/tiny",
        "revision": revision,
        "commit": COMMIT,
    }


def test_a_cached_model_is_trained_at_a_revision(
    step: Step, offline: Host | Started, tmp_path_factory: pytest.TempPathFactory
) -> None:
    job = step.job("train/sft", SFT, {}, ["adapter"])
    assert run_offline(offline, job, "org/tiny@main")["metrics"]["steps"] == 3
    # The cache's place is not in what was trained.
    assert str(tmp_path_factory.getbasetemp()) not in (job.outputs["adapter"] / "adapter_config.json").read_text()


def test_a_pinned_model_in_the_cache_needs_no_hub(step: Step, base: Path, tmp_path: Path) -> None:
    job = step.job("eval/mcq", EVAL, {}, ["replies"])
    assert run(job, f"org/tiny@{COMMIT}", cached(tmp_path / "hf", base), HF_ENDPOINT=NOWHERE)["ok"]


REFUSALS = [
    (403, {"X-Error-Code": "GatedRepo"}, "org/gated", "model", "is gated: ask for access at http"),
    (401, {"X-Error-Code": "GatedRepo"}, "org/gated@main", "model", "give a token of yours by HF_TOKEN"),
    (404, {"X-Error-Code": "RepoNotFound"}, "org/none", "model", "The hub has no 'org/none', or it is private"),
    (401, {}, "org/private", "model", "refuses 'org/private' (401): check the id, and the token"),
    (404, {"X-Error-Code": "RevisionNotFound"}, "org/tiny@v9", "model", "'org/tiny' has no revision 'v9'"),
    (404, {"X-Error-Code": "RevisionNotFound"}, f"org/tiny@{COMMIT}", "model", f"has no revision '{COMMIT}'"),
    (403, {}, "org/tiny", "model", "refuses 'org/tiny' (403): check the id, and the token in HF_TOKEN"),
    (403, {"X-Error-Message": "Access to this resource is disabled."}, "org/tiny", "model", "has disabled 'org/tiny'"),
    (418, {}, "org/tiny", "environment", "The hub answered 418 for 'org/tiny': try again later"),
]


@pytest.mark.parametrize(("status", "headers", "model", "code", "said"), REFUSALS)
def test_what_the_hub_refuses_has_a_sentence(
    step: Step, tmp_path: Path, status: int, headers: dict[str, str], model: str, code: str, said: str
) -> None:
    job = step.job("eval/mcq", EVAL, {}, ["replies"])
    with hub(status, headers) as endpoint:
        result = run(job, model, tmp_path / "hf", HF_ENDPOINT=endpoint)
    assert (result["ok"], result["code"]) == (False, code)
    assert said in result["message"]
    assert "\n" not in result["message"]


@pytest.mark.parametrize(
    ("model", "environment", "code", "said"),
    [
        (
            "org/tiny@v1",
            {"HF_HUB_OFFLINE": "1"},
            "environment",
            "'org/tiny' at 'v1' is not whole in the hub's cache, and HF",
        ),
        (
            "org/tiny",
            {"HF_ENDPOINT": NOWHERE},
            "environment",
            f"{NOWHERE} cannot be reached. Where there is a network run",
        ),
        ("org/tiny/more", {"HF_HUB_OFFLINE": "1"}, "model", "'org/tiny/more' is no id on the hub"),
    ],
)
def test_without_the_hub_there_is_a_sentence(
    step: Step, tmp_path: Path, model: str, environment: dict[str, str], code: str, said: str
) -> None:
    result = run(step.job("eval/mcq", EVAL, {}, ["replies"]), model, tmp_path / "hf", **environment)
    assert (result["ok"], result["code"]) == (False, code)
    assert said in result["message"]


def test_preflight_knows_a_model_at_any_revision() -> None:
    assert architecture(f"Qwen/Qwen2-VL-7B-Instruct@{COMMIT}") == architecture("Qwen/Qwen2-VL-7B-Instruct")
