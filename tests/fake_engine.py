"""A server on this machine that speaks vLLM's form of OpenAI's completions, and fails as a test wants."""

import json
import math
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import tokenizers
from tokenizers import decoders, models, pre_tokenizers

from models.engines.tokenizer import Tokenizer

CONTROL = ("<|im_start|>", "<|im_end|>", "<|endoftext|>")
# The probabilities of the likeliest tokens, best first.
LIKELIEST = (0.4, 0.2, 0.1, 0.08, 0.06, 0.04, 0.03, 0.02, 0.01, 0.008, 0.006, 0.004)
KEY = "not-to-be-reported"


def byte_tokenizer() -> Tokenizer:
    """A tokenizer of single bytes with the control tokens of ChatML."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    backend = tokenizers.Tokenizer(models.BPE({letter: i for i, letter in enumerate(letters)}, []))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    backend.add_special_tokens(list(CONTROL))
    backend.encode_special_tokens = True
    return Tokenizer(backend, {"eos_token": "<|im_end|>"})


@dataclass
class FakeEngine:
    """A model whose next tokens follow from the last one by a rule, and the faults of its server.

    `status` is what requests for completions are answered with. A stream stops after `breaks` tokens, or says nothing
    more after `stalls`; after `garbles` it holds broken JSON, after `fails` an error of vLLM's. More than `most`
    log-probabilities are refused; `silent` leaves them out. `other` is another model with the same tokenizer,
    `other_tokens` one with another tokenizer. `deaf` ignores a bias, `bent` shows probabilities after it, `texts` makes
    a text of a prompt's ids. `end` is after how many tokens a text ends. `pause` seconds pass before each token.
    `written` counts tokens sent, `bodies` are the requests, and `left` is set once a client closes early.
    """

    models: tuple[str, ...] = ("toy",)
    key: str = ""
    status: int = 200
    breaks: int = -1
    stalls: int = -1
    garbles: int = -1
    fails: int = -1
    most: int = 20
    silent: bool = False
    other: bool = False
    other_tokens: bool = False
    deaf: bool = False
    bent: bool = False
    texts: bool = False
    end: int = 1_000
    pause: float = 0.0
    written: int = 0
    bodies: list[dict[str, Any]] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def next(self, ids: Sequence[int]) -> dict[int, float]:
        """The likeliest tokens after `ids` and their probabilities, best first."""
        first = (ids[-1] * 7 + len(ids) + (5 if self.other else 0)) % 200
        return {(first + i) % 200: probability for i, probability in enumerate(LIKELIEST)}

    def choose(
        self, ids: Sequence[int], bias: Mapping[int, float], ends: Sequence[int], written: int
    ) -> dict[int, float]:
        """As `next`, but what is chosen stands first."""
        known = self.next(ids)
        if written == self.end and ends:
            return {ends[0]: 0.9} | known
        if bias and not self.deaf:
            pushed = max(bias, key=lambda token: bias[token])
            return {pushed: 1.0 if self.bent else 0.001} | {t: p for t, p in known.items() if t != pushed}
        return known


class Handler(BaseHTTPRequestHandler):
    """Answers one request; the engine is the server's."""

    protocol_version = "HTTP/1.1"

    @property
    def engine(self) -> FakeEngine:
        engine: FakeEngine = self.server.engine  # type: ignore[attr-defined]
        return engine

    def do_GET(self) -> None:
        if self.allowed():
            entries = [{"id": name, "owned_by": "vllm", "max_model_len": 512} for name in self.engine.models]
            self.answer(200, {"object": "list", "data": entries})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.allowed():
            return
        if self.path == "/tokenize":
            ids = byte_tokenizer()(body["prompt"])["input_ids"]
            self.answer(200, {"tokens": ids[1:] if self.engine.other_tokens else ids, "max_model_len": 512})
            return
        self.engine.bodies.append(body)
        if self.engine.status != 200:
            self.refuse(self.engine.status, "as the test wants")
        elif (body.get("logprobs") or 0) > self.engine.most:
            self.refuse(400, f"Requested sample logprobs of {body['logprobs']}, which is greater than max allowed")
        elif body.get("stream"):
            self.stream(body)
        else:
            reported = [None, *({"1": {"logprob": -1.0}} for _ in body["prompt"][1:])]
            self.answer(200, {"choices": [{"index": 0, "text": "", "prompt_logprobs": reported}]})

    def stream(self, body: Mapping[str, Any]) -> None:
        """Send a token at a time, as long as the client listens and no fault comes."""
        engine = self.engine
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for chunk in self.chunks(body):
                time.sleep(engine.pause)
                self.send(chunk)
            self.send("[DONE]")
            self.wfile.write(b"0\r\n\r\n")
        except _BrokenOff:
            self.close_connection = True
        except OSError:
            engine.left.set()
            self.close_connection = True

    def chunks(self, body: Mapping[str, Any]) -> Iterator[str]:
        """The pieces of a stream."""
        engine = self.engine
        ids = list(body["prompt"])
        bias = {int(token): value for token, value in (body.get("logit_bias") or {}).items()}
        reason = "length"
        for written in range(body["max_tokens"]):
            if written == engine.breaks:
                raise _BrokenOff
            if written == engine.stalls:
                engine.over.wait()
            if written == engine.garbles:
                yield '{"choices": [{"ind'
            if written == engine.fails:
                yield json.dumps({"error": {"message": "EngineCore died", "code": 500}})
                return
            found = engine.choose(ids, bias, body["stop_token_ids"], written)
            token = next(iter(found))
            ids.append(token)
            reason = "stop" if token in body["stop_token_ids"] else "length"
            logprobs = None if engine.silent else logprobs_of(found, body["logprobs"])
            engine.written += 1
            last = reason == "stop" or written == body["max_tokens"] - 1
            choice = {"index": 0, "text": "", "logprobs": logprobs, "finish_reason": reason if last else None}
            yield json.dumps({"object": "text_completion", "choices": [choice]})
            if last:
                break
        read = len(body["prompt"]) - (1 if engine.texts else 0)
        yield json.dumps({"choices": [], "usage": {"prompt_tokens": read, "completion_tokens": 1}})

    def send(self, data: str) -> None:
        """One event, in a chunk of its own."""
        event = f"data: {data}\n\n".encode()
        self.wfile.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")
        self.wfile.flush()

    def allowed(self) -> bool:
        """Whether the key is right, where there is one; refuses the request else."""
        if self.engine.key and self.headers.get("Authorization") != f"Bearer {self.engine.key}":
            self.refuse(401, "Unauthorized")
            return False
        return True

    def refuse(self, status: int, message: str) -> None:
        """An error in OpenAI's form."""
        self.answer(status, {"error": {"message": message, "code": status}})

    def answer(self, status: int, content: Mapping[str, Any]) -> None:
        """Send JSON."""
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


class _BrokenOff(Exception):
    """The stream ends in the middle."""


def logprobs_of(found: Mapping[int, float], count: int) -> dict[str, Any]:
    """`found`, the chosen token first, as vLLM returns it: that one and the `count` likeliest."""
    logs = {f"token_id:{token}": math.log(probability) for token, probability in list(found.items())[: count + 1]}
    token = next(iter(logs))
    return {"tokens": [token], "token_logprobs": [logs[token]], "top_logprobs": [logs], "text_offset": [0]}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Ignore clients that left."""


@contextmanager
def serving(engine: FakeEngine) -> Iterator[str]:
    """Serve `engine` and give its address."""
    with _Server(("127.0.0.1", 0), Handler) as server:
        server.engine = engine  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        engine.over.set()
        server.shutdown()
