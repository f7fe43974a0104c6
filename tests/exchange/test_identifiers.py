"""One form of an identifier, whoever writes it; nothing of natural persons."""

import pytest

from app.exchange.identifiers import (
    OTHER,
    identifier_fields,
    is_personal,
    is_proof,
    is_usable,
    normalised,
    normalised_fields,
    organization_key,
)


@pytest.mark.parametrize(
    ("scheme", "value", "written"),
    [
        ("US-EIN", "941655673", ("US-EIN-941655673", "US-EIN-94-1655673", "us-ein 94 1655673", "EIN: 94-1655673")),
        ("GB-COH", "00123456", ("GB-COH-00123456", "GB-COH-123456", "GB\u2013COH\u2013123456", "gb_coh_123456")),
        ("GB-COH", "SC012345", ("GB-COH-SC012345", "GB-COH-sc12345")),
        ("GB-COH", "IP00012R", ("GB-COH-IP00012R", "GB-COH-IP12R")),
        ("GB-CHC", "200051", ("GB-CHC-200051", "GB-CHC-0200051", "GB-CHC-200051-0")),
        ("GB-CHC", "200051-1", ("GB-CHC-200051-1",)),
        ("GB-SC", "SC012345", ("GB-SC-SC012345", "GB-SC-12345")),
        ("GB-NIC", "NIC100002", ("GB-NIC-100002", "GB-NIC-NIC100002")),
        ("MX-RFC", "ABC680524P76", ("MX-RFC-ABC680524P76", "MX-RFC-abc 680524-p76", "RFC ABC-680524-P76")),
        ("MX-RFC", "ÑA&010203AB1", ("MX-RFC-ÑA&010203AB1", "MX-RFC-n\u0303a&010203ab1")),
        ("MX-CLUNI", "ABC05070209019", ("MX-CLUNI-ABC05070209019", "CLUNI: abc-050702-09-019")),
        ("XI-IATI", "WAI", ("XI-IATI-WAI", "xi-iati-wai")),
        ("XM-DAC", "41119", ("XM-DAC-41119",)),
        ("XI-GRID", "grid.453006.1", ("XI-GRID-grid.453006.1", "XI-GRID-GRID.453006.1")),
        ("BE-BCE_KBO", "0403170701", ("BE-BCE_KBO-0403.170.701", "BE-BCE_KBO-403170701")),
        ("360G", "Fund-ORG:Some-Body", ("360G-Fund-ORG:Some-Body", "360g-Fund-ORG:Some-Body")),
    ],
)
def test_an_identifier_has_one_form_whoever_writes_it(scheme: str, value: str, written: tuple[str, ...]) -> None:
    for one in written:
        assert normalised(one) == (scheme, value), one
        assert organization_key(one, "A name") == f"{scheme}-{value}"
        assert identifier_fields(one) == {"scheme": scheme, "value": value}
    assert normalised(f"{scheme}-{value}") == (scheme, value)
    assert normalised_fields(scheme, value) == (scheme, value)
    assert is_proof(scheme)


@pytest.mark.parametrize(
    "identifier",
    ["US-EIN-12345", "MX-RFC-ABC689924P76", "MX-RFC-ABC68052", "GB-COH-1234567890", "GB-CHC-X1", "41119", "some body"],
)
def test_what_no_register_gives_stands_as_it_is_and_proves_nothing(identifier: str) -> None:
    assert normalised(identifier) is None
    assert organization_key(identifier, "A name") == identifier
    assert identifier_fields(identifier) == {"scheme": OTHER, "value": identifier}
    assert not is_proof(OTHER)
    assert normalised_fields(OTHER, identifier) == (OTHER, identifier)


def test_an_identifier_of_an_unknown_register_stands_under_its_prefix() -> None:
    assert normalised("ZZ-FOO-12 a") is None
    assert organization_key("ZZ-FOO-12 a", None) == "ZZ-FOO-12 a"
    assert identifier_fields("ZZ-FOO-12 a") == {"scheme": "ZZ-FOO", "value": "12 a"}
    assert normalised_fields("ZZ-FOO", "12 a") == ("ZZ-FOO", "12 a")


@pytest.mark.parametrize(
    "identifier",
    [
        "MX-RFC-ABCD680524P76",
        "MX-RFC-abcd-680524-p76",
        "ABCD680524P76",
        "RFC: ABCD680524P76",
        "RFCABCD680524P76",
        "MX-CURP-ABCD680524HDFRRL09",
        "ABCD680524MDFRRL09",
        "AR-CUIT-20-12345678-9",
        "PE-RUC-10123456789",
        "BR-CPF-123.456.789-01",
        "US-SSN-123-45-6789",
    ],
)
def test_a_number_of_a_natural_person_is_told_and_kept_nowhere(identifier: str) -> None:
    assert is_personal(identifier)
    assert not is_usable(identifier)
    assert normalised(identifier) is None
    assert identifier_fields(identifier) is None
    assert organization_key(identifier, None) is None
    assert organization_key(identifier, "Casa") == "name:casa"


@pytest.mark.parametrize(
    "identifier",
    ["MX-RFC-ABC680524P76", "ABC680524P76", "AR-CUIT-30-12345678-9", "360G-Fund-ABCD680524", "PE-RUC-20123456789"],
)
def test_a_number_of_a_body_is_not_a_persons(identifier: str) -> None:
    assert not is_personal(identifier)
    assert is_usable(identifier)


@pytest.mark.parametrize(
    "identifier",
    [
        "",
        "-",
        "N/A",
        "none",
        "Unknown",
        "US-EIN-000000000",
        "GB-CHC-0",
        "XXXX",
        "RFC-XAXX010101000",
        "name:casa",
        "Name: x",
    ],
)
def test_a_stand_in_tells_nobody_from_anybody(identifier: str) -> None:
    assert not is_usable(identifier)
    assert identifier_fields(identifier) is None
    assert organization_key(identifier, "México Evalúa, A.C.") == "name:mexico evalua"
    assert organization_key(identifier, "México Evalúa, A.C.") == organization_key(None, "MEXICO EVALUA AC")


def test_nothing_but_punctuation_is_no_name() -> None:
    assert organization_key(None, None) is None
    assert organization_key(None, "…") is None
    assert organization_key("", " - ") is None
