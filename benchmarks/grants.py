"""A file of 360Giving to bring in, and a database to bring it into."""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

from benchmarks.data import Size
from benchmarks.generate import begin, folder

__all__ = ["RELEASE", "empty_database", "grants_file"]

RELEASE = 1
"""Raised whenever the same size gives another file."""

_STATES = ("Nuevo León", "Oaxaca", "Ciudad de México", "Jalisco", "Sonora", "San Luis Potosí", "Chiapas", "Yucatán")
_WORDS = ("agua", "derechos", "justicia", "jóvenes", "mujeres", "datos", "tierra", "salud", "escuela", "gobierno")


def grants_file(size: Size) -> Path:
    """The file: so many grants to so many organizations, from 500 funders; made if it is not there."""
    path = folder() / f"360giving-{size.organizations}-{size.grants}-{RELEASE}.json"
    if not path.exists():
        part = path.with_suffix(f".{os.getpid()}.part")
        with part.open("w", encoding="utf-8") as file:
            file.writelines(_pieces(size))
        part.rename(path)
    return path


def empty_database(path: Path) -> Path:
    """A database with the states, places and topics of the first data set, and nothing else."""
    for old in path.parent.glob(f"{path.name}*"):
        old.unlink()
    begin(path)
    return path


def _pieces(size: Size) -> Iterator[str]:
    chance = random.Random(1)
    yield '{"license": "https://creativecommons.org/licenses/by/4.0/", "grants": ['
    for number in range(size.grants):
        funder, recipient = chance.randrange(500), chance.randrange(size.organizations)
        words = " ".join(chance.choices(_WORDS, k=4))
        grant = {
            "id": f"360G-bench-{number}",
            "title": f"{words.capitalize()} {number}",
            "description": f"{' '.join(chance.choices(_WORDS, k=18)).capitalize()}.",
            "currency": "MXN",
            "amountAwarded": round(chance.lognormvariate(12, 1), 2),
            "awardDate": f"20{chance.randrange(10, 25)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
            "fundingOrganization": [{"id": f"GB-CHC-{2_000_000 + funder}", "name": f"Fundación {funder}"}],
            "recipientOrganization": [{"id": f"MX-CLUNI-BEN{recipient:011}", "name": f"Red {recipient}, A.C."}],
            "beneficiaryLocation": [{"name": chance.choice(_STATES), "countryCode": "MX"}],
        }
        yield f"{',' if number else ''}\n{json.dumps(grant, ensure_ascii=False)}"
    yield "\n]}\n"
