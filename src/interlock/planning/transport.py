"""The HTTP client that models are reached through: no more of an answer is taken in than a plan could need."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2

LARGEST = 8 * 2**20
"""The most bytes of one response that are read."""


class AnswerTooLarge(Exception):
    """A response longer than any plan."""


class _Bounded(httpx2.AsyncByteStream):
    """A response's bytes, up to `LARGEST` of them."""

    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        taken = 0
        async for chunk in self._inner:
            taken += len(chunk)
            if taken > LARGEST:
                raise AnswerTooLarge(f"the answer is longer than {LARGEST // 2**20} MiB")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


class BoundedTransport(httpx2.AsyncHTTPTransport):
    """A transport whose responses end with AnswerTooLarge where they are too long."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Bounded(response.stream)
        return response


def bounded_client(timeout: float) -> httpx2.AsyncClient:
    """An HTTP client for one call."""
    return httpx2.AsyncClient(transport=BoundedTransport(), timeout=timeout, follow_redirects=False)
