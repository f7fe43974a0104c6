"""What is generated from the OpenAPI document is that of the present one, and the client knows all of it."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args, get_type_hints, is_typeddict

import pytest
from tejido_client import Tejido, types

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def document() -> Any:
    """The committed document."""
    return json.loads((ROOT / "openapi.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("tool", ["client_types", "client_sync"])
def test_the_generated_modules_are_up_to_date(tool: str) -> None:
    command = [sys.executable, str(ROOT / "tools" / f"{tool}.py"), "--check"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert checked.returncode == 0, checked.stderr


def test_the_typescript_types_belong_to_the_present_document() -> None:
    # Whether they are what openapi-typescript makes of it is looked at by .ci/run, where there is node.
    digest = hashlib.sha256((ROOT / "openapi.json").read_bytes()).hexdigest()
    with (ROOT / "clients" / "typescript" / "tejido.d.ts").open(encoding="utf-8") as file:
        head = [next(file) for _ in range(2)]
    assert head[1].strip().endswith(digest), "clients/typescript/tejido.d.ts is out of date: run make clients"


def test_every_schema_has_a_type(document: Any) -> None:
    assert [
        name
        for name in document["components"]["schemas"]
        if not hasattr(types, name)
        and name != "Bulk"
        and not name.startswith(("BulkCreate", "BulkUpdate", "BulkDelete", "Body_"))
    ] == []


def test_every_type_can_be_looked_into() -> None:
    kinds = [one for one in vars(types).values() if is_typeddict(one)]
    assert len(kinds) > 200
    for kind in kinds:
        assert get_type_hints(kind).keys() == kind.__annotations__.keys()
    assert types.OrganizationCreate.__required_keys__ == {"name", "kind", "basis"}
    assert types.GetPaths.__required_keys__ == {"from_", "to"}


def test_the_client_has_every_resource_and_every_network(document: Any) -> None:
    with Tejido() as api:
        paths = document["paths"]
        resources = [path for path in paths if f"{path}/{{id}}/history" in paths]
        assert len(resources) == 20
        for path in resources:
            name = path.removeprefix("/v1/").replace("-", "_")
            assert getattr(api, name).path == path.removeprefix("/v1/"), path
        for path in paths:
            if path.startswith("/v1/networks/"):
                name = path.removeprefix("/v1/networks/").partition("/")[0].replace("-", "_")
                assert hasattr(api.networks, name), path


def test_records_have_the_fields_of_their_types(api: Tejido) -> None:
    seen = 0
    for resource in [one for one in vars(api).values() if hasattr(one, "restore")]:
        detail = get_args(type(resource).__orig_bases__[0])[0]
        for record in resource.list(limit=1, as_of="v1").page()["items"]:
            assert record.keys() == get_type_hints(detail).keys(), resource.path
            seen += 1
    assert seen == 20
