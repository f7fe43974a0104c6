"""Answers that are kept, so that a request that is sent again is answered again and not carried out again.

An answer is kept in the transaction of the write that it tells of: there is never one without the other. Of the request
a digest is kept, under the secret of the deployment where there is one: a body may name what is stored nowhere.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, tuple_

from app.models.service import IdempotentAnswer
from app.models.tables import DataCounter, sql_table
from app.problems import Problem

__all__ = ["Answer", "Sent", "digest_of", "find_answer", "keep_answer"]

_MOST_REMOVED = 100
"""Old answers that are removed when one is kept: more than come, and few enough not to hold the write up."""
_ANSWER = sql_table(IdempotentAnswer)
_COUNTER = sql_table(DataCounter)

Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that its caller has given a key."""

    caller: str
    key: str
    digest: str
    """What it asks for, as `digest_of` tells it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered."""

    status: int
    headers: Headers
    body: bytes


def digest_of(secret: str | None, *parts: bytes) -> str:
    """A digest of the parts of a request; no part can be taken for the end of another."""
    whole = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hmac.digest((secret or "").encode(), b"tejido idempotency" + hashlib.sha256(whole).digest(), "sha256").hex()


def find_answer(connection: Connection, sent: Sent, *, after: datetime) -> Answer | None:
    """What the request was answered, if it came before and after that time.

    A problem where its caller gave the key to another request. Until the transaction ends no other request with the
    same key gets any further than this: it then finds the answer.
    """
    # The lock of all writers, which a write of data holds already: taken first everywhere, it cannot deadlock.
    connection.execute(select(_COUNTER.c.pk).with_for_update()).all()
    own = (_ANSWER.c.caller == sent.caller, _ANSWER.c.key == sent.key)
    row = connection.execute(select(_ANSWER).where(*own, _ANSWER.c.at > after)).first()
    if row is None:
        return None
    if not hmac.compare_digest(row.digest, sent.digest):
        raise Problem("idempotency-key-reused", "The key came with another request before. Choose a new one.")
    return Answer(row.status, [(name, value) for name, value in json.loads(row.headers)], row.body)


def keep_answer(connection: Connection, sent: Sent, answer: Answer, *, at: datetime, after: datetime) -> None:
    """Keep what the request was answered; some of those from before `after` are removed."""
    key = (_ANSWER.c.caller, _ANSWER.c.key)
    old = select(*key).where(_ANSWER.c.at <= after).order_by(_ANSWER.c.at).limit(_MOST_REMOVED)
    connection.execute(delete(_ANSWER).where(tuple_(*key).in_(old)))
    connection.execute(delete(_ANSWER).where(_ANSWER.c.caller == sent.caller, _ANSWER.c.key == sent.key))
    values = {"status": answer.status, "headers": json.dumps(answer.headers), "body": answer.body, "at": at}
    connection.execute(insert(_ANSWER).values(caller=sent.caller, key=sent.key, digest=sent.digest, **values))
