"""A model's server on this machine: it speaks the protocols of OpenAI, Anthropic and Google and gives scripted answers."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from interlock.doors.cli.main import app

SALES = "id,region,product,revenue\n1,East,chair,120.50\n2,West,table,310.00\n3,East,lamp,45.25\n4,North,chair,99.90\n"


@dataclass
class Answer:
    """One scripted answer: a status and headers, and a text in the place of the model's."""

    text: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "tool"
    """`tool`, `words`, `refusal`, `length`, `stall`, `cut`, `raw` (the text is the whole body)."""


@dataclass
class Model:
    """The server: what it will answer, and what it was asked."""

    port: int = 0
    answers: list[Answer] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def will(self, *answers: Any) -> None:
        """Answer with these in turn: plans as plain data, texts, or an Answer; the last one is repeated."""
        self.answers = [
            each if isinstance(each, Answer) else Answer(each if isinstance(each, str) else json.dumps(each))
            for each in answers
        ]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def prompt(self, number: int = -1) -> str:
        """Everything of a request that a model reads, as one text."""
        return json.dumps(self.asked[number], ensure_ascii=False)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    model: Model

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        model = self.model
        model.asked.append(body)
        model.paths.append(self.path)
        model.headers.append({name.lower(): value for name, value in self.headers.items()})
        answer = model.answers.pop(0) if len(model.answers) > 1 else model.answers[0]
        if answer.kind == "stall":
            time.sleep(3)
        text = answer.text if answer.status != 200 or answer.kind == "raw" else json.dumps(self._said(answer, body))
        data = text.encode()
        self.send_response(answer.status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if answer.kind == "cut":
            self.wfile.write(data[: len(data) // 2])
            self.wfile.flush()
            self.close_connection = True
            return
        try:
            self.wfile.write(data)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _said(self, answer: Answer, body: dict[str, Any]) -> dict[str, Any]:
        if self.path.endswith(":generateContent"):
            return self._content(answer, body)
        return self._messages(answer, body) if self.path.endswith("/messages") else self._completion(answer, body)

    def _completion(self, answer: Answer, body: dict[str, Any]) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": None}
        reason = "stop"
        if answer.kind in ("tool", "length", "stall", "cut"):
            name = body["tools"][0]["function"]["name"]
            call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": answer.text}}
            message["tool_calls"] = [call]
            reason = "length" if answer.kind == "length" else "tool_calls"
        elif answer.kind == "refusal":
            message["refusal"] = answer.text
        else:
            message["content"] = answer.text
        return {
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1_700_000_000, "model": body["model"],
            "choices": [{"index": 0, "finish_reason": reason, "message": message}],
            "usage": {"prompt_tokens": 1_000, "completion_tokens": 200, "total_tokens": 1_200},
        }  # fmt: skip

    def _messages(self, answer: Answer, body: dict[str, Any]) -> dict[str, Any]:
        content: dict[str, Any] = {"type": "text", "text": answer.text}
        reason = "refusal" if answer.kind == "refusal" else "end_turn"
        if answer.kind == "tool":
            content = {
                "type": "tool_use",
                "id": "toolu_1",
                "name": body["tools"][0]["name"],
                "input": json.loads(answer.text),
            }
            reason = "tool_use"
        return {
            "id": "msg_1", "type": "message", "role": "assistant", "model": body["model"], "content": [content],
            "stop_reason": reason, "stop_sequence": None, "usage": {"input_tokens": 1_000, "output_tokens": 200},
        }  # fmt: skip

    def _content(self, answer: Answer, body: dict[str, Any]) -> dict[str, Any]:
        name = body["tools"][0]["functionDeclarations"][0]["name"]
        part = {"functionCall": {"name": name, "args": json.loads(answer.text)}}
        return {
            "candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}],
            "usageMetadata": {"promptTokenCount": 1_000, "candidatesTokenCount": 200, "totalTokenCount": 1_200},
        }

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def model() -> Iterator[Model]:
    """A server of scripted answers."""
    found = Model()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"model": found}))
    server.daemon_threads = True
    found.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def answer() -> type[Answer]:
    """The way to script an answer that is no plan."""
    return Answer


def plan_of(where: str = "revenue > 100", measure: str = "revenue", path: str = "out/totals.csv") -> dict[str, Any]:
    return {
        "name": "totals",
        "nodes": [
            {"id": "sales", "type": "read_csv", "params": {"path": "data/sales.csv"}},
            {"id": "large", "type": "filter_rows", "params": {"where": where}},
            {
                "id": "totals",
                "type": "aggregate",
                "params": {"by": ["region"], "measures": [{"name": "total", "function": "sum", "column": measure}]},
            },
            {"id": "out", "type": "write_csv", "params": {"path": path}},
        ],
        "edges": [
            {"from": "sales", "to": "large"},
            {"from": "large", "to": "totals"},
            {"from": "totals", "to": "out"},
        ],
    }


@pytest.fixture
def good() -> Callable[..., dict[str, Any]]:
    """A plan over `data/sales.csv`; arguments spoil it."""
    return plan_of


@pytest.fixture
def shop(tmp_path: Path, model: Model) -> Path:
    """A project with one data file, and the server as its only model."""
    folder = tmp_path / "shop"
    (folder / "data").mkdir(parents=True)
    (folder / "data/sales.csv").write_text(SALES)
    (folder / "interlock.toml").write_text(
        f'[planning]\nplanners = ["cache", "english", "small"]\n\n'
        f'[models.small]\nmodel = "openai:gpt-5-mini"\nbase_url = "{model.url}"\ntimeout = 20\n'
    )
    return folder


@dataclass(frozen=True)
class Done:
    """A command that ended: its exit code and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def interlock(shop: Path) -> Callable[..., Done]:
    """Run the command line in the project."""

    def run(*arguments: str, input: str | None = None, **more: str) -> Done:
        keys = {name: None for name in os.environ if name.endswith("_API_KEY")}
        with contextlib.chdir(shop):
            done = CliRunner().invoke(app, list(arguments), input=input, env={**keys, **more})
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Done(done.exit_code, done.stdout, done.stderr)

    return run
