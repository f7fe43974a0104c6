"""Sending requests, again where that helps, and nothing but sending them."""

import asyncio
from dataclasses import dataclass, replace
from itertools import count
from os import PathLike
from pathlib import Path
from typing import Any

import httpx

from tejido_client.calls import Call, Retries
from tejido_client.files import Download
from tejido_client.problems import NotReached, TejidoError, problem_of

__all__ = ["AsyncWire"]


@dataclass(frozen=True)
class AsyncWire:
    """The way to a service: connections that are kept open, and how patient to be."""

    http: httpx.AsyncClient
    retries: Retries
    as_of: str | None = None

    def at(self, as_of: str) -> "AsyncWire":
        """The same way to a version of the data."""
        return replace(self, as_of=as_of)

    async def send(
        self,
        call: Call,
        *,
        is_streamed: bool = False,
        patience: httpx.Timeout | None = None,
    ) -> httpx.Response:
        """The answer to a call; what is not a success is raised. A streamed one has its body still to come."""
        call = call.at(self.as_of)
        for repeated in count():
            request = self.http.build_request(
                call.method,
                call.path,
                params=list(call.query) or None,
                headers=call.headers,
                content=call.content,
                data=call.form or None,
                files={"file": call.file} if call.file else None,
                timeout=patience or self.http.timeout,
            )
            try:
                response = await self.http.send(request, stream=is_streamed, follow_redirects=call.is_safe)
                if not response.is_success:
                    await response.aread()
            except httpx.RequestError as error:
                pause = self.retries.pause(call, repeated, error)
                if pause is None:
                    msg = f"{request.url.host} did not answer: {str(error) or type(error).__name__}"
                    raise NotReached(msg) from error
            else:
                if response.is_success:
                    return response
                pause = self.retries.pause(call, repeated, response)
                await response.aclose()
                if pause is None:
                    raise problem_of(response)
            await asyncio.sleep(pause)
        raise AssertionError

    async def json(self, call: Call) -> Any:
        """The JSON that a call is answered with; None where the answer is empty."""
        return read(await self.send(call))

    async def save(self, call: Call, file: str | PathLike[str]) -> Path:
        """Write what a call is answered with to a file, which appears when it is whole."""
        response = await self.send(replace(call, headers={"Accept": "*/*"}), is_streamed=True)
        try:
            with Download(file) as download:
                async for part in response.aiter_bytes():
                    download.write(part)
        except httpx.RequestError as error:
            msg = f"the answer broke off: {str(error) or type(error).__name__}"
            raise NotReached(msg) from error
        finally:
            await response.aclose()
        return download.path


def read(response: httpx.Response) -> Any:
    """The JSON of an answer."""
    if not response.content:
        return None
    try:
        return response.json()
    except ValueError as error:
        msg = f"{response.url.host} answered something that is not JSON: is it a Tejido service?"
        raise TejidoError(msg) from error
