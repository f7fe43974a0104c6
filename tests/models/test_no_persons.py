"""There is no place to store a natural person: no table, column, word of a list, or field of a body means one."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from sqlmodel import SQLModel

import app.models
from app.main import create_app
from app.settings import Settings

ENGLISH = """
person persons people individual individuals human someone somebody citizen surname surnames forename forenames
firstname lastname fullname nickname patronymic birth born birthday birthdate birthplace death died age gender sex
marital spouse email mail phone telephone mobile fax whatsapp twitter facebook linkedin passport ssn visa
licence_plate nationality ethnicity religion disability blood biometric fingerprint photo portrait signature salary
wage income victim witness suspect defendant survivor patient prisoner employee staff officer director president
founder author signatory representative spokesperson contact user username login password street postcode zip latitude
longitude
"""
SPANISH = """
persona personas individuo individuos ciudadano ciudadana nombre nombres apellido apellidos apodo alias nacimiento
nacido nacida fecha_nacimiento edad genero sexo correo telefono celular domicilio direccion calle curp rfc ine
pasaporte cedula nacionalidad etnia religion discapacidad foto firma sueldo salario ingreso victima testigo sospechoso
imputado imputada sobreviviente paciente preso presa empleado empleada funcionario funcionaria director directora
presidente presidenta fundador fundadora autor autora firmante representante vocero vocera contacto usuario usuaria
clave
"""
PAIRS = "first_name last_name given_name family_name middle_name full_name personal_name real_name maiden_name"
FORBIDDEN = frozenset(f"{ENGLISH} {SPANISH} {PAIRS}".lower().split())

ALLOWED = {
    "contact": "whom to write to about corrections: an office, from the settings of the deployment; it is not stored",
}
"""Name -> why it means no natural person."""


def words_in(name: str) -> set[str]:
    """The words of a name, and each two neighbours: `firstName` has `first`, `name` and `first_name`."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower().replace("-", "_").replace(" ", "_").split("_")
    return {*words, *map("_".join, pairwise(words))}


def tables_and_columns() -> Iterator[str]:
    for table in SQLModel.metadata.tables.values():
        yield table.name
        yield from (column.name for column in table.columns)


def words_of_lists() -> Iterator[str]:
    """The words of every enumeration under `app.models`."""
    for found in pkgutil.iter_modules(app.models.__path__, "app.models."):
        for one in vars(importlib.import_module(found.name)).values():
            if isinstance(one, type) and issubclass(one, StrEnum):
                yield from (word.value for word in one)


@cache
def document() -> dict[str, Any]:
    return create_app(Settings(database_url="sqlite://")).openapi()


def names_in(schema: Any) -> Iterator[str]:
    """The fields and the listed words of a schema, and of all within it."""
    if isinstance(schema, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict):
            yield from properties
        yield from (str(word) for word in schema.get("enum", ()) if isinstance(schema.get("enum"), list))
        for value in schema.values():
            yield from names_in(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from names_in(value)


def fields_of_bodies() -> Iterator[str]:
    schemas = document()["components"]["schemas"]
    yield from schemas
    yield from names_in(schemas)


def parameters() -> Iterator[str]:
    for operations in document()["paths"].values():
        for operation in operations.values():
            for one in operation.get("parameters", ()):
                reference = one.get("$ref", "").rpartition("/")[2]
                yield (document()["components"]["parameters"][reference] if reference else one)["name"]


PLACES = {
    "tables and columns": tables_and_columns,
    "words of lists": words_of_lists,
    "fields of bodies": fields_of_bodies,
    "parameters": parameters,
}


@pytest.mark.parametrize("place", PLACES)
def test_no_name_means_a_natural_person(place: str) -> None:
    names = set(PLACES[place]())
    assert len(names) > 40
    assert sorted(name for name in names if words_in(name) & FORBIDDEN and name not in ALLOWED) == []


def test_every_exception_is_still_needed() -> None:
    names = {name for found in PLACES.values() for name in found()}
    assert sorted(set(ALLOWED) - names) == []
    assert [name for name in ALLOWED if not words_in(name) & FORBIDDEN] == []


@pytest.mark.parametrize(
    "name",
    ["first_name", "firstName", "person", "Persona", "birth_date", "organization_email", "CURP", "apellido-paterno"],
)
def test_such_a_name_would_be_seen(name: str) -> None:
    assert words_in(name) & FORBIDDEN
