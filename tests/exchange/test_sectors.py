"""Sectors of other people's lists become topics."""

import re

import pytest

from app.exchange import sectors
from app.exchange.drafts import Place
from app.exchange.sectors import topic_draft, vocabulary_of
from app.models.topics import TopicFields

PLACE = Place(1, "activity 1")


def _topic(
    vocabulary: str | None, code: str, name: str | None = None, language: str | None = None
) -> tuple[str, dict[str, str]]:
    draft = topic_draft(vocabulary, code, name, language, PLACE, "X-1")
    assert draft is not None
    TopicFields.model_validate(draft.values)
    return draft.key, draft.values


@pytest.mark.parametrize("vocabulary", [None, "1", "DAC", "dac"])
def test_a_dac_code_is_a_topic_with_the_labels_of_the_list(vocabulary: str | None) -> None:
    assert _topic(vocabulary, "15130", "Something else", "en") == (
        "crs:15130",
        {
            "label_en": "Legal and judicial development",
            "label_es": "Desarrollo legal y judicial",
            "crs_code": "15130",
        },
    )


@pytest.mark.parametrize("vocabulary", ["2", "DAC-3", "1"])
def test_a_category_is_a_topic_too(vocabulary: str) -> None:
    key, values = _topic(vocabulary, "151")
    assert (key, values["crs_code"], values["label_en"]) == ("crs:151", "151", "Government and civil society, general")


@pytest.mark.parametrize("code", ["", "0", "15", "1513", "151300", "1513010", "abcde", "01513", "15130x"])
def test_what_cannot_be_a_dac_code_is_no_topic(code: str) -> None:
    assert topic_draft("1", code, "Name", None, PLACE, "X-1") is None


def test_a_code_that_the_list_does_not_have_takes_the_label_of_the_file() -> None:
    assert _topic("1", "15999", "Nuevo sector", "es")[1] == {
        "label_en": "Nuevo sector",
        "label_es": "Nuevo sector",
        "crs_code": "15999",
    }
    assert _topic("1", "15999")[1]["label_en"] == "DAC sector 15999"


def test_spanish_is_the_english_label_where_no_translation_is_certain() -> None:
    values = _topic("1", "32182")[1]
    assert values["label_es"] == values["label_en"] == "Technological research and development"


def test_goals_have_their_names_and_targets_their_numbers() -> None:
    assert _topic("7", "16")[1]["label_es"] == "Paz, justicia e instituciones sólidas"
    assert _topic("8", "16.3")[1] == {
        "label_en": "SDG target 16.3",
        "label_es": "Meta de los ODS 16.3",
        "sector_vocabulary": "8",
        "sector_code": "16.3",
    }


def test_other_lists_keep_their_codes() -> None:
    assert _topic("NTEE", "R20", "Civil rights", "en") == (
        "sector:5:R20",
        {"label_en": "Civil rights", "label_es": "Civil rights", "sector_vocabulary": "5", "sector_code": "R20"},
    )


def test_lists_of_publishers_never_mix() -> None:
    mine = vocabulary_of("99", publisher="XX-1")
    yours = vocabulary_of("99", publisher="XX-2")
    other = vocabulary_of("98", publisher="XX-1")
    public = vocabulary_of("99", uri=" https://list.invalid/1 ", publisher="XX-1")
    assert [mine, yours, other, public] == ["XX-1/99", "XX-2/99", "XX-1/98", "https://list.invalid/1"]
    assert vocabulary_of("RO", publisher="XX-1") == mine
    assert vocabulary_of("99") is None
    assert _topic(mine, "1", "A")[0] != _topic(yours, "1", "A")[0]


def test_the_lists_are_whole_and_clean() -> None:
    listed = sectors._dac()
    assert len(listed) == 349
    assert sum(bool(spanish) for _, spanish in listed.values()) == 198
    for code, labels in listed.items():
        assert re.fullmatch(r"[1-9]\d{2}(\d{2})?", code)
        TopicFields(label_en=labels[0], label_es=labels[1] or labels[0], crs_code=code)
    assert len(sectors._goals()) == 17
