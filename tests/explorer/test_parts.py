"""The files of the drawing parts: their words, their weight, and what stands beside them."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.explorer.parts import EXPLORER

PARTS = EXPLORER / "page" / "parts"
NETWORK = EXPLORER / "vendor" / "network"
SOURCES = "".join(path.read_text(encoding="utf-8") for path in sorted(PARTS.glob("*.js")))
WORDS = json.loads((PARTS / "words.json").read_text(encoding="utf-8"))


def imported(*files: Path) -> Iterator[Path]:
    """These files, and all that they import when they are loaded."""
    waiting = list(files)
    seen: set[Path] = set()
    while waiting:
        path = waiting.pop().resolve()
        if path not in seen:
            seen.add(path)
            yield path
            found = re.findall(r'^import .*?from "(\.[^"]+)"', path.read_text(encoding="utf-8"), re.MULTILINE)
            waiting += [path.parent / other for other in found]


def weight(*files: Path) -> int:
    """Their bytes, compressed."""
    return sum(len(gzip.compress(path.read_bytes(), mtime=0)) for path in imported(*files))


def test_the_map_is_light() -> None:
    assert weight(PARTS / "state-map.js") + weight(PARTS / "states.json") < 25_000


def test_a_network_is_not_heavy() -> None:
    assert weight(PARTS / "network-picture.js", PARTS / "network-webgl.js", PARTS / "layout-worker.js") < 80_000


def test_the_map_brings_nothing_of_the_networks() -> None:
    assert {path.name for path in imported(PARTS / "state-map.js")} == {"state-map.js", "drawing.js"}


def test_what_draws_on_a_card_is_loaded_only_there() -> None:
    assert NETWORK / "network.js" not in set(imported(PARTS / "network-picture.js"))


@pytest.mark.parametrize("language", ["es", "en"])
def test_words_are_there_for_all_that_the_parts_say(language: str) -> None:
    asked = set(re.findall(r'words\("(picture\.[^"]+)"', SOURCES))
    begun = set(re.findall(r"words\(`(picture\.[a-z.]+)\$\{", SOURCES))
    assert len(asked) > 8
    assert asked - WORDS[language].keys() == set()
    idle = {key for key in WORDS[language] if key not in asked and not key.startswith(tuple(begun))}
    assert idle == set()


def test_every_relation_of_a_network_has_words() -> None:
    listed = re.search(r"const RELATIONS = \{(.*?)\};", SOURCES, re.DOTALL)
    assert listed is not None
    relations = set(re.findall(r"(\w+):", listed.group(1)))
    prefix = "picture.network.relation."
    assert relations == {key.removeprefix(prefix) for key in WORDS["en"] if key.startswith(prefix)}


def test_the_shapes_and_the_libraries_have_their_licences_beside_them() -> None:
    assert "Natural Earth" in (PARTS / "states.LICENSE.txt").read_text(encoding="utf-8")
    lock = json.loads((NETWORK / "package-lock.json").read_text(encoding="utf-8"))
    bundled = {
        name.removeprefix("node_modules/"): package["license"]
        for name, package in lock["packages"].items()
        if name and not package.get("dev") and not package.get("peer")
    }
    assert set(bundled.values()) == {"MIT"}
    assert {path.stem for path in (NETWORK / "licences").iterdir()} == set(bundled)
    for path in (NETWORK / "licences").iterdir():
        assert "Permission is hereby granted, free of charge" in " ".join(path.read_text(encoding="utf-8").split())


def test_the_lock_names_no_place() -> None:
    text = (NETWORK / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in text
    assert not re.search(r"https?://", re.sub(r'"funding": \{[^}]*\}', "", text))
