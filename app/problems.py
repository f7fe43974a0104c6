"""RFC 9457 problems: the only shape in which anything goes wrong.

A problem never repeats what the caller sent: it points at the place (`errors[].pointer` into the body, or
`errors[].parameter`) and says what would be right.
"""

from collections.abc import Mapping, Sequence
from typing import Any

BASE = "https://tejido.example/problems/"

TITLES: dict[str, tuple[int, str]] = {
    "bad-request": (400, "The request cannot be read"),
    "unknown-parameter": (400, "The request has a parameter that this operation does not take"),
    "bad-parameter": (400, "A parameter has a value that it cannot have"),
    "unknown-id": (400, "A parameter names a record that does not exist"),
    "bad-cursor": (400, "The cursor does not belong to this list"),
    "too-many-included": (400, "More related records than one answer holds"),
    "too-large-network": (400, "The network is larger than an answer may be"),
    "memory-exceeded": (400, "The request needs more memory than a computation may have"),
    "key-required": (401, "The request needs a key"),
    "invalid-key": (401, "The key opens nothing"),
    "missing-scope": (403, "The key may not do this"),
    "not-found": (404, "There is no such record"),
    "no-route": (404, "There is no such address"),
    "method-not-allowed": (405, "The address does not take this method"),
    "not-acceptable": (406, "The answer does not exist in the format asked for"),
    "request-timeout": (408, "The request took too long to arrive"),
    "gone": (410, "The record was deleted"),
    "id-taken": (409, "The id is or was in use"),
    "reference-not-found": (409, "The record refers to another one that does not exist"),
    "duplicate": (409, "There is such a record already"),
    "cycle": (409, "The record would stand above itself"),
    "referred-to": (409, "Other records refer to this one"),
    "undo-refused": (409, "Later changes build on what the run did"),
    "merge-refused": (409, "The two are not merged"),
    "withheld-term": (409, "The record contains a term that must not be stored"),
    "bulk-refused": (409, "Nothing of the bulk was carried out"),
    "import-over": (409, "The import is over"),
    "changed-meanwhile": (412, "The record is not at the revision that you name"),
    "body-too-large": (413, "The body is too large"),
    "uri-too-long": (414, "The address is too long"),
    "unsupported-media-type": (415, "The body is not in a type that is understood here"),
    "malformed-json": (422, "The body is not well-formed JSON"),
    "malformed-body": (422, "The body does not have the form that is documented"),
    "file-refused": (422, "The file cannot be read as what it should be"),
    "idempotency-key-reused": (422, "The key was given to another request"),
    "if-match-required": (428, "Say which revision you mean to change"),
    "too-many-requests": (429, "Too many requests"),
    "too-many-failed-keys": (429, "Too many keys that open nothing"),
    "headers-too-large": (431, "The headers of the request are too large"),
    "internal-error": (500, "Something failed inside the service"),
    "worker-died": (500, "The process that computed the answer ended before it was done"),
    "no-secret": (503, "The secret of the deployment is missing, or is another one"),
    "busy": (503, "The service is busy"),
    "outcome-unknown": (503, "Nobody knows whether the change was made"),
    # Not 504, which is a gateway's. What else runs at the time decides too, so it is not the request's fault alone.
    "deadline-exceeded": (503, "The computation took longer than it may"),
}
"""Type -> (status, title). The types are stable; `docs/problems.md` tells each."""


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """Something that is told to the caller."""

    def __init__(
        self,
        kind: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        """`kind` is a key of TITLES; `extra` members stand in the body beside the standard ones."""
        super().__init__(detail)
        self.kind = kind
        self.status, self.title = TITLES[kind]
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.extra = extra

    def body(self, request_id: str) -> dict[str, Any]:
        """The problem document."""
        return {
            "type": BASE + self.kind,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "errors": self.errors,
            "request_id": request_id,
            **self.extra,
        }


def unexpected() -> Problem:
    """Something failed that should not have; the caller learns no more than where to look."""
    return Problem("internal-error", "The request id leads to the log.")


def not_found(noun: str) -> Problem:
    """There is no record of that kind with that id."""
    return Problem("not-found", f"No {noun.replace('_', ' ')} has this id.")
