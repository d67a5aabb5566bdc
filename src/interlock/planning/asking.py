"""Asking a model once: the prompt goes out, the text of one answer comes back, with what it took.

What fails in a way that may pass (a rate limit, a fault of the server, a lost connection) is tried again, as often as
the model's settings say. Everything else is told in one line that says what to do about it.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from interlock.planning.account import Usage
from interlock.planning.prices import price
from interlock.planning.prompt import Prompt
from interlock.planning.settings import ModelSettings
from interlock.planning.tokens import estimate

LONGEST_WAIT = 60.0
"""Seconds. A server that asks for a longer pause is not waited for."""
TOOL = "answer"


class ModelFailed(Exception):
    """No answer that could be used; the message is one line. `usage` is what the failed calls took, as far as known."""

    def __init__(self, message: str, usage: Usage | None = None) -> None:
        super().__init__(message)
        self.usage = usage or Usage()


class NoClient(ModelFailed):
    """The client library for models is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "planning with a model needs the extra `llm`: pip install 'interlock[llm]'; "
            "without it `--planner english` reads plain sentences"
        )


def ask(settings: ModelSettings, prompt: Prompt) -> tuple[str, Usage]:
    """The text of the model's answer and what it took; raises ModelFailed."""
    try:
        import pydantic_ai  # noqa: F401
    except ImportError:
        raise NoClient from None
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(_ask(settings, prompt))
    with ThreadPoolExecutor(1) as beside:  # called from within a loop, as in a notebook
        return beside.submit(asyncio.run, _ask(settings, prompt)).result()


async def _ask(settings: ModelSettings, prompt: Prompt) -> tuple[str, Usage]:
    from pydantic_ai import exceptions

    from interlock.planning.connect import connected
    from interlock.planning.transport import AnswerTooLarge

    started, requests = time.monotonic(), 0

    def spent(**more: Any) -> Usage:
        return Usage(settings.model, seconds=time.monotonic() - started, requests=requests, **more)

    while True:
        requests += 1
        try:
            async with connected(settings) as model:
                async with asyncio.timeout(settings.timeout):
                    response = await _request(model, settings, prompt)
            return _answer(response, settings, prompt, spent)
        except TimeoutError as error:
            raise ModelFailed(
                f"`{settings.model}` gave no answer within {settings.timeout:g} s; `timeout` in its settings allows more",
                # It may be answered, and billed, all the same: what it can cost at most is counted.
                spent(
                    input_tokens=prompt.tokens,
                    output_tokens=settings.max_answer_tokens,
                    cost=price(settings, prompt.tokens, settings.max_answer_tokens),
                    measured=False,
                ),
            ) from error
        except exceptions.UserError as error:
            raise ModelFailed(f"`{settings.model}` cannot be asked: {_line(error)}", spent()) from error
        except AnswerTooLarge as error:
            raise ModelFailed(
                f"`{settings.model}` sent an answer longer than any plan; it was not read to its end", spent()
            ) from error
        except exceptions.ModelAPIError as error:
            wait = _wait(error, requests)
            if wait is None or requests > settings.retries:
                raise ModelFailed(_told(settings, error, requests), spent()) from error
            await asyncio.sleep(wait)
        except exceptions.AgentRunError as error:
            raise ModelFailed(f"`{settings.model}` gave no answer that can be used: {_line(error)}", spent()) from error


def _request(model: Any, settings: ModelSettings, prompt: Prompt) -> Awaitable[Any]:
    from pydantic_ai.direct import model_request
    from pydantic_ai.messages import ModelRequest, UserPromptPart
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.output import OutputObjectDefinition
    from pydantic_ai.tools import ToolDefinition

    about = "The plan, or what is missing for one."
    tool = settings.output == "tool"
    parameters = ModelRequestParameters(
        output_mode=settings.output,
        output_tools=[ToolDefinition(name=TOOL, parameters_json_schema=prompt.schema, description=about, strict=False)]
        if tool
        else [],
        output_object=None if tool else OutputObjectDefinition(prompt.schema, name=TOOL, description=about),
        allow_text_output=not tool,
    )
    asked: Any = {"max_tokens": settings.max_answer_tokens, "max_retries": 0, "framing_announcement": "never"}
    if settings.temperature is not None:
        asked["temperature"] = settings.temperature
    request = ModelRequest(parts=[UserPromptPart(content=prompt.user)], instructions=prompt.system)
    return model_request(model, [request], model_settings=asked, model_request_parameters=parameters)


def _answer(response: Any, settings: ModelSettings, prompt: Prompt, spent: Callable[..., Usage]) -> tuple[str, Usage]:
    from pydantic_ai.messages import TextPart, ToolCallPart

    calls = [part for part in response.parts if isinstance(part, ToolCallPart) and part.tool_name == TOOL]
    texts = [part.content for part in response.parts if isinstance(part, TextPart)]
    text = _json(calls[0].args) if calls else "".join(texts).strip()
    measured = bool(response.usage.input_tokens)
    tokens_in = response.usage.input_tokens or prompt.tokens
    tokens_out = response.usage.output_tokens or estimate(text)
    usage = spent(
        input_tokens=tokens_in,
        output_tokens=tokens_out,
        cost=price(settings, tokens_in, tokens_out),
        measured=measured,
    )
    if response.finish_reason == "length":
        raise ModelFailed(
            f"the answer of `{settings.model}` was cut off after {settings.max_answer_tokens} tokens; "
            "`max_answer_tokens` in its settings allows more",
            usage,
        )
    if response.finish_reason == "content_filter" or not text:
        raise ModelFailed(f"`{settings.model}` declined to answer", usage)
    return text, usage


def _json(given: Any) -> str:
    return given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)


def _wait(error: Exception, requests: int) -> float | None:
    """Seconds to wait before the same request is made again, or None where that would not help."""
    from pydantic_ai import exceptions

    passing = (
        exceptions.ModelRateLimitError,
        exceptions.ModelUnavailableError,
        exceptions.ModelServerError,
        exceptions.ModelConnectionError,
    )
    if not isinstance(error, passing):
        return None
    asked = getattr(error, "retry_after", None)
    wait = float(asked) if asked is not None else min(0.5 * 2 ** (requests - 1), 8.0)
    return wait if wait <= LONGEST_WAIT else None


def _told(settings: ModelSettings, error: Exception, requests: int) -> str:
    from pydantic_ai import exceptions

    times = f" (asked {requests} times)" if requests > 1 else ""
    status = getattr(error, "status_code", None)
    if isinstance(error, exceptions.ModelAuthenticationError):
        where = f"the environment variable `{settings.api_key_env}`" if settings.api_key_env else "its API key"
        return f"`{settings.model}` refused the key (status {status}); look at {where}"
    if isinstance(error, exceptions.ModelNotFoundError):
        return f"`{settings.model}` is not known to its provider (status {status})"
    if isinstance(error, exceptions.ModelRateLimitError):
        return f"`{settings.model}` has reached its rate limit{times}; try again later"
    if isinstance(error, exceptions.ModelConnectionError):
        return f"the connection to `{settings.model}` failed{times}: {_line(error)}"
    return f"`{settings.model}` failed{f' with status {status}' if status else ''}{times}: {_line(error)}"


def _line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 300 else text[:299] + "…"
