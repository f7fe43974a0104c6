"""The rate limit header fields, read as strictly as RFC 9651 and the draft tell."""

import re
from collections.abc import Mapping

_ITEM = re.compile(r'"(reads|writes)"((?:;[a-z]+=(?:0|[1-9][0-9]{0,14}))+)')


def parsed(field: str) -> tuple[str, dict[str, int]]:
    """The one item of a list: its name and its parameters."""
    found = _ITEM.fullmatch(field)
    assert found is not None, field
    pairs = [pair.split("=") for pair in found[2].removeprefix(";").split(";")]
    assert len({name for name, _ in pairs}) == len(pairs), field
    return found[1], {name: int(value) for name, value in pairs}


def limit_of(headers: Mapping[str, str]) -> tuple[str, int, int, int, int]:
    """Policy, quota, window, remaining, seconds, of an answer that has both fields."""
    policy, of_policy = parsed(headers["ratelimit-policy"])
    name, state = parsed(headers["ratelimit"])
    assert name == policy
    assert list(of_policy) == ["q", "w"]
    assert list(state) == ["r", "t"]
    assert state["r"] <= of_policy["q"]
    return policy, of_policy["q"], of_policy["w"], state["r"], state["t"]
