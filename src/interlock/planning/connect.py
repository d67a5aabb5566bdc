"""Reaching a model: the client of its provider, with the project's endpoint and key."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from interlock.planning.settings import ModelSettings
from interlock.planning.transport import bounded_client


@asynccontextmanager
async def connected(settings: ModelSettings) -> AsyncIterator[Any]:
    """The model, behind an HTTP client of its own; raises pydantic-ai's UserError where it cannot be had."""
    async with bounded_client(settings.timeout) as client:
        yield _model(settings, client)


def _model(settings: ModelSettings, client: Any) -> Any:
    from pydantic_ai.exceptions import UserError
    from pydantic_ai.models import infer_model

    key = _key(settings)
    if settings.provider == "openai":
        from pydantic_ai.models.openai import OpenAIChatModel
        from pydantic_ai.providers.openai import OpenAIProvider
        from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

        # An endpoint of one's own is never sent the key of another service.
        provider = (
            OpenAICompatibleProvider("openai-compatible", base_url=settings.base_url, api_key=key, http_client=client)
            if settings.base_url
            else OpenAIProvider(api_key=key, http_client=client)
        )
        return OpenAIChatModel(settings.model_name, provider=provider)
    if settings.provider == "anthropic":
        from pydantic_ai.models.anthropic import AnthropicModel
        from pydantic_ai.providers.anthropic import AnthropicProvider

        own = settings.base_url is not None
        return AnthropicModel(
            settings.model_name,
            provider=AnthropicProvider(
                api_key=key or ("none" if own else None), base_url=settings.base_url, http_client=client
            ),
        )
    if settings.provider == "google":
        from pydantic_ai.models.google import GoogleModel
        from pydantic_ai.providers.google import GoogleProvider

        own = settings.base_url is not None
        return GoogleModel(
            settings.model_name,
            provider=GoogleProvider(
                api_key=key or ("none" if own else None), base_url=settings.base_url, http_client=client
            ),
        )
    if settings.provider == "ollama":
        from pydantic_ai.models.ollama import OllamaModel
        from pydantic_ai.providers.ollama import OllamaProvider

        url = settings.base_url or os.environ.get("OLLAMA_BASE_URL", "http://localhost:11434/v1")
        return OllamaModel(settings.model_name, provider=OllamaProvider(base_url=url, api_key=key, http_client=client))
    if settings.base_url:
        raise UserError(
            f"`base_url` is for the providers openai, anthropic, google and ollama, not `{settings.provider}`; "
            "an endpoint that speaks OpenAI's protocol is `openai:NAME` with a `base_url`"
        )
    return infer_model(settings.model)


def _key(settings: ModelSettings) -> str | None:
    from pydantic_ai.exceptions import UserError

    if settings.api_key_env is None:
        return None
    found = os.environ.get(settings.api_key_env)
    if not found:
        raise UserError(f"the environment variable `{settings.api_key_env}`, which should hold its key, is not set")
    return found
