"""Lists of the service, read page by page."""

from collections.abc import AsyncIterator, Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Generic, TypeVar

from tejido_client._async.wire import AsyncWire
from tejido_client.calls import get, next_cursor
from tejido_client.tables import Row, flat

__all__ = ["AsyncListing", "AsyncRecords"]

Item = TypeVar("Item")
Page = TypeVar("Page")
Parameters = Mapping[str, Any]


class AsyncListing(Generic[Item, Page]):
    """All items of a list. A page is fetched when its first item is asked for; each iteration begins anew."""

    def __init__(
        self,
        wire: AsyncWire,
        path: str,
        parameters: Parameters,
        following: Callable[[Parameters, Parameters], Parameters | None] = next_cursor,
        *,
        is_timeless: bool = False,
    ) -> None:
        """`following` says what to ask for after a page."""
        self._wire = wire
        self._path = path
        self._parameters = parameters
        self._following = following
        self._is_timeless = is_timeless

    async def __aiter__(self) -> AsyncIterator[Item]:
        """Each item of each page."""
        async for page in self._pages():
            for item in page["items"]:
                yield item

    async def pages(self) -> AsyncIterator[Page]:
        """The pages themselves, which may tell more: `total`, `money`, `by_certainty`, `amendments` …"""
        async for page in self._pages():
            yield page

    async def page(self) -> Page:
        """The first page: enough for what is told of the whole list, as with `include="total"`."""
        page: Page = await self._wire.json(self._call(self._parameters))
        return page

    async def records(self) -> list[Row]:
        """All items as flat rows, ready for `pandas.DataFrame`."""
        return [flat(item) async for page in self._pages() for item in page["items"]]

    async def _pages(self) -> AsyncIterator[Any]:
        parameters: Parameters | None = self._parameters
        while parameters is not None:
            page = await self._wire.json(self._call(parameters))
            yield page
            parameters = self._following(page, parameters)

    def _call(self, parameters: Parameters) -> Any:
        return get(self._path, parameters, is_timeless=self._is_timeless)


class AsyncRecords(AsyncListing[Item, Page]):
    """Records of one kind."""

    async def save(
        self,
        file: str | PathLike[str],
        *,
        format: str,  # noqa: A002 - the word of the API
    ) -> Path:
        """Write the whole list to a file: csv, csv-plain, xlsx, jsonl or parquet."""
        whole = {name: value for name, value in self._parameters.items() if name != "limit"}
        return await self._wire.save(self._call({**whole, "format": format}), file)
