"""Write clients/python/tejido_client/types.py from openapi.json: what the service takes and answers, as TypedDicts.

    .venv/bin/python tools/client_types.py

With `--check` nothing is written; the exit code says whether the file is what would be written.
"""

import json
import sys
import textwrap
from collections.abc import Iterator
from keyword import iskeyword
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "clients" / "python" / "tejido_client" / "types.py"

HEAD = '''"""What the service takes and answers. Written by tools/client_types.py from openapi.json: `make clients`."""

from collections.abc import Sequence
from typing import Any, Literal, NotRequired, Required, TypedDict
'''

WIDTH = 120
PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}

LEFT_OUT = ("BulkCreate", "BulkUpdate", "BulkDelete", "Body_")
"""The forms of a change in a bulk, one a kind and action, which type checkers cannot tell apart; and forms of files."""

OWN_WORDS = {"cursor", "format", "offset"}
"""Parameters that the client sets by itself; so is `q` of a search, which is nothing without it."""

Json = dict[str, Any]


class Types:
    """The module, as it grows: a name is written before what uses it."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self.schemas: dict[str, Json] = document["components"]["schemas"]
        self.written: dict[str, str] = {}
        self.choices: dict[str, str] = {}
        self._words: dict[tuple[str, ...], str] = {}

    def text(self) -> str:
        """The module."""
        for name in self.schemas:
            if not name.startswith(LEFT_OUT) and name != "Bulk":
                self.named(name)
        self.parameters()
        return "\n\n\n".join((HEAD + "\n" + "\n".join(self.choices.values()), *self.written.values())) + "\n"

    def named(self, name: str) -> str:
        """The name of a component, which is written if it is not yet."""
        if name in self.written:
            return name
        schema = self.schemas[name]
        if "enum" in schema:
            return self.choice(name, schema["enum"])
        told = textwrap.dedent(schema["description"]).strip().partition("\n")[0]
        fields, above = dict(schema["properties"]), "TypedDict"
        base = name.removesuffix("Detail")
        if base != name and base in self.schemas:
            shared = self.schemas[base]["properties"]
            if all(fields.get(field) == one for field, one in shared.items()):
                above, fields = self.named(base), {field: one for field, one in fields.items() if field not in shared}
        lines = {
            field: self.type_of(one, f"{name}_{field}")
            if field in schema.get("required", ())
            else f"NotRequired[{self.type_of(one, f'{name}_{field}')}]"
            for field, one in fields.items()
        }
        self.record(name, above, told, lines)
        return name

    def record(self, name: str, above: str, told: str, fields: dict[str, str]) -> None:
        """Write a TypedDict."""
        if any(iskeyword(field) for field in fields):
            rows = [f'        "{field}": {kind},' for field, kind in fields.items()]
            body = [f"{name} = TypedDict(", f'    "{name}",', "    {", *rows, "    },", ")", quoted(told)]
        else:
            rows = [f"    {field}: {kind}" for field, kind in fields.items()]
            body = [f"class {name}({above}):", textwrap.indent(quoted(told), "    "), "", *rows]
        self.written[name] = "\n".join(body)

    def choice(self, name: str, words: list[Any]) -> str:
        """The name of a choice among words; one choice has one name."""
        key = tuple(str(word) for word in words)
        if key not in self._words:
            self._words[key] = name
            line = f"{name} = Literal[{', '.join(map(literal, words))}]"
            if len(line) > WIDTH:
                line = f"{name} = Literal[\n" + "".join(f"    {literal(word)},\n" for word in words) + "]"
            self.choices[name] = line
        elif name in self.schemas and name != self._words[key]:
            self.choices[name] = f"{name} = {self._words[key]}"
        return self._words[key]

    def type_of(self, schema: Json, hint: str) -> str:
        """The type of a value. `hint` becomes the name of a choice that has none."""
        if "$ref" in schema:
            return self.named(schema["$ref"].rpartition("/")[2])
        words = [schema["const"]] if "const" in schema else schema.get("enum")
        if words:
            short = f"Literal[{', '.join(map(literal, words))}]"
            return short if len(short) < WIDTH // 3 else self.choice(camel(hint), words)
        if kinds := schema.get("anyOf", schema.get("oneOf")):
            return " | ".join(dict.fromkeys(self.type_of(one, hint) for one in kinds))
        kind = schema.get("type")
        if kind == "array":
            return f"list[{self.type_of(schema.get('items', {}), hint)}]"
        if kind == "object":
            values = schema.get("additionalProperties")
            return f"dict[str, {self.type_of(values, hint) if isinstance(values, dict) and values else 'Any'}]"
        return PLAIN[kind] if kind else "Any"

    def parameters(self) -> None:
        """Write what each GET takes in its query, as keyword arguments; networks share their selection."""
        asked = dict(self.operations())
        networks = [fields for name, fields in asked.items() if fields.pop("", None)]
        shared = {
            field: one for field, one in networks[0].items() if all(fields.get(field) == one for fields in networks)
        }
        self.keywords("Selection", "Which projects a network speaks of.", shared)
        for name, fields in asked.items():
            is_of_networks = all(fields.get(field) == one for field, one in shared.items())
            own = {field: one for field, one in fields.items() if not is_of_networks or field not in shared}
            self.keywords(camel(name), f"Parameters of {name}.", own, "Selection" if is_of_networks else "TypedDict")

    def operations(self) -> Iterator[tuple[str, Json]]:
        """Each GET of more than one record: the parameters of its query. Networks bring one without a name."""
        for path, item in self.document["paths"].items():
            if "get" in item and path.startswith("/v1/") and "{id}" not in path:
                given = [self.meant(one) for one in item["get"].get("parameters", ())]
                own = OWN_WORDS | ({"q"} if path == "/v1/search" else set())
                query = {one["name"]: one for one in given if one["in"] == "query" and one["name"] not in own}
                if query.keys() - {"as_of"}:
                    yield item["get"]["operationId"], query | ({"": True} if path.startswith("/v1/networks/") else {})

    def keywords(self, name: str, told: str, parameters: Json, above: str = "TypedDict") -> None:
        """Write parameters as a TypedDict. A word of Python gets `_` at its end."""
        fields = {}
        for field, one in parameters.items():
            kind = self.keyword(one["schema"], f"{name}_{field}")
            fields[f"{field}_" if iskeyword(field) else field] = f"Required[{kind}]" if one.get("required") else kind
        self.record(name, f"{above}, total=False", told, fields)

    def keyword(self, schema: Json, hint: str) -> str:
        """What an argument takes: one value or several where the service takes alternatives, or None for none."""
        (kind, *_), nullable = self.without_null(schema)
        if kind.get("type") == "array":
            item = self.type_of(kind["items"], hint)
            given = "str | Sequence[str]" if item == "str" else f"{item} | Sequence[{item}]"
        else:
            given = self.type_of(kind, hint)
        return f"{given} | None" if nullable else given

    def without_null(self, schema: Json) -> tuple[list[Json], bool]:
        """The kinds of a value but null, and whether null is among them."""
        kinds = schema.get("anyOf", [schema])
        kept = [one for one in kinds if one.get("type") != "null"]
        return kept, len(kept) < len(kinds)

    def meant(self, one: Json) -> Json:
        """What a reference to a parameter stands for."""
        found = self.document["components"]["parameters"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        return dict(found)


def literal(value: Any) -> str:
    """A value as Python writes it, in double quotes."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def camel(words: str) -> str:
    """`list_organizations` as `ListOrganizations`; what is that already stays so."""
    return "".join(word[:1].upper() + word[1:] for word in words.split("_"))


def quoted(told: str) -> str:
    """A docstring, in as many lines as it takes."""
    if len(told) < WIDTH - 12:
        return f'"""{told}"""'
    return '"""' + "\n".join(textwrap.wrap(told, WIDTH - 8)) + '\n"""'


def main(*, check: bool) -> None:
    """Write the file, or exit with a message where it is not what would be written."""
    made = Types(json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))).text()
    if not check:
        FILE.write_text(made, encoding="utf-8")
    elif FILE.read_text(encoding="utf-8") != made:
        sys.exit(f"{FILE.relative_to(ROOT)} is out of date: run make clients, and look at what changes for clients.")


if __name__ == "__main__":
    main(check="--check" in sys.argv[1:])
