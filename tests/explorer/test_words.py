"""Every word of the page is there in both languages, and none that nobody uses."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.models.nouns import NOUNS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "app" / "explorer" / "page"
WORDS: dict[str, dict[str, Any]] = {
    language: json.loads((PAGE / "words" / f"{language}.json").read_text(encoding="utf-8")) for language in ("es", "en")
}
PARTS: dict[str, dict[str, Any]] = json.loads((PAGE / "parts" / "words.json").read_text(encoding="utf-8"))
SOURCES = {path: path.read_text(encoding="utf-8") for path in PAGE.rglob("*.js") if path.parent.name != "parts"}
SCHEMAS = json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))["components"]["schemas"]

OFFERED = {
    "organization_kind": "OrganizationKind",
    "project_kind": "ProjectKind",
    "collaboration_kind": "CollaborationKind",
}
"""Prefix of the keys -> the vocabulary that a filter offers whole, by its words."""

CODES = {
    "organization_kind": "OrganizationKind",
    "project_kind": "ProjectKind",
    "project_status": "ProjectStatus",
    "collaboration_kind": "CollaborationKind",
    "collaboration_status": "CollaborationStatus",
    "relation_kind": "RelationKind",
    "indicator_kind": "IndicatorKind",
    "basis": "Basis",
    "basis.short": "Basis",
}
"""Prefix of the keys -> the vocabulary of the API that they translate."""


def test_both_languages_have_the_same_keys() -> None:
    assert set(WORDS["es"]) == set(WORDS["en"])
    assert set(PARTS["es"]) == set(PARTS["en"])


@pytest.mark.parametrize("key", sorted(WORDS["es"]))
def test_both_languages_fill_in_the_same_values(key: str) -> None:
    forms = {language: words[key] for language, words in WORDS.items()}
    found = {}
    for language, form in forms.items():
        texts = [form] if isinstance(form, str) else [form["one"], form["other"]]
        assert all(text.strip() == text != "" for text in texts)
        found[language] = set(re.findall(r"\{(\w+)\}", " ".join(texts)))
    # Whether a language tells one from several is its own affair.
    assert found["es"] - {"count"} == found["en"] - {"count"}


def _used() -> tuple[set[str], set[str]]:
    """Keys that the sources name as a whole, and beginnings of keys that go on with a code."""
    whole: set[str] = set()
    begun: set[str] = set()
    for text in SOURCES.values():
        whole |= set(re.findall(r"""["']([a-z_]+(?:\.[A-Za-z_.-]+)*)["']""", text))
        begun |= set(re.findall(r"`([a-z_.]{2,})(?:\$\{|\.)", text))
        # named(prefix, code) makes the key prefix.code.
        begun |= {f"{prefix}." for prefix in re.findall(r"""named\(["'`]([a-z_.]+)["'`]""", text)}
        begun |= {f"{prefix}." for prefix in re.findall(r"""named\(`([a-z_]+)\$""", text)}
        begun |= {f"{prefix}." for prefix in re.findall(r"""coded\("([a-z_]+)""", text)}
    return whole, begun


def test_every_key_that_is_asked_for_exists() -> None:
    literal = {key for text in SOURCES.values() for key in re.findall(r"""\bt\(["']([^"']+)["']""", text)}
    assert len(literal) > 100
    assert literal - set(WORDS["es"]) - set(PARTS["es"]) == set()


def test_every_key_is_asked_for() -> None:
    whole, begun = _used()
    # Words that the parts ask for, said otherwise here.
    own = {key for key in WORDS["es"] if not key.startswith("picture.")}
    idle = {key for key in own if key not in whole and not any(key.startswith(beginning) for beginning in begun)}
    assert idle == set()


@pytest.mark.parametrize(("prefix", "schema"), CODES.items())
def test_every_code_of_the_data_has_words(prefix: str, schema: str) -> None:
    missing = {code for code in SCHEMAS[schema]["enum"] if f"{prefix}.{code}" not in WORDS["es"]}
    assert missing == set()


@pytest.mark.parametrize(("prefix", "schema"), OFFERED.items())
def test_a_filter_offers_what_the_api_takes_and_nothing_else(prefix: str, schema: str) -> None:
    offered = {key.removeprefix(f"{prefix}.") for key in WORDS["es"] if key.startswith(f"{prefix}.")}
    assert offered == set(SCHEMAS[schema]["enum"])


def test_every_role_has_words() -> None:
    roles = {*SCHEMAS["ParticipationRole"]["enum"], *SCHEMAS["MemberRole"]["enum"]}
    assert {role for role in roles if f"role.{role}" not in WORDS["es"]} == set()


def test_every_kind_of_record_that_has_evidence_has_a_name() -> None:
    kinds = {noun.kind for noun in NOUNS}
    assert {kind for kind in kinds if f"record.{kind}" not in WORDS["es"]} == set()


def test_every_reason_for_leaving_out_has_words() -> None:
    page = (ROOT / "docs" / "definitions.md").read_text(encoding="utf-8")
    table = page.partition("## Left out")[2].partition("## Evidence")[0]
    reasons = {
        name
        for line in table.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    assert len(reasons) > 20
    assert {reason for reason in reasons if f"left_out.{reason}" not in WORDS["es"]} == set()
