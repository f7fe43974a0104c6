"""The page on the clients, proven: its programs run one after the other, and print what it says."""

import contextlib
import io
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import tejido_client

from tests.clients.conftest import Service
from tests.clients.test_exchange import grants
from tests.docs.test_docs import DOCS, HERE, ROOT, blocks
from tests.support.server import Server

PAGE = DOCS / "clients.md"
FOLDER = ROOT / "clients" / "typescript"

STRICT = ("--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess")
TARGET = ("--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler", "--lib", "es2022,dom")


def said(code: str, mark: str) -> list[str]:
    """What a program says that it prints: in comments after what prints, and on lines of their own."""
    return re.findall(rf"^(?:.*(?:print|console\.log)\(.*\);? +| *){mark} (.*)$", code, flags=re.MULTILINE)


def test_the_programs_in_python_print_what_the_page_says(
    own: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("grants.json").write_text(json.dumps(grants(100, "a lot", prefix="shown")), encoding="utf-8")
    names: dict[str, Any] = {"KEY": own.key}
    made: list[tejido_client.Tejido] = []
    for code in blocks(PAGE, "python"):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code.replace(HERE, own.address), "clients.md", "exec"), names)
        assert printed.getvalue().splitlines() == said(code, "#")
        made.append(names["api"])
    for api in made:
        api.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["grants.json", "server-0.log", "tejido.zip"]


def test_the_program_of_the_readme_prints_what_it_says(own: Service) -> None:
    code = blocks(ROOT / "README.md", "python")[1]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code.replace(HERE, own.address), "README.md", "exec"), {})
    assert printed.getvalue().splitlines() == said(code, "#")


def test_the_page_names_every_exception() -> None:
    text = PAGE.read_text(encoding="utf-8")
    public = {name: getattr(tejido_client, name) for name in tejido_client.__all__}
    problems = [name for name, one in public.items() if isinstance(one, type) and issubclass(one, Exception)]
    assert len(problems) > 8
    assert [name for name in problems if not re.search(rf"^\|.*`{name}`.* \|", text, flags=re.MULTILINE)] == []


@pytest.mark.skipif(
    shutil.which("node") is None or shutil.which("npm") is None,
    reason="node and npm are not installed here: the types were not compiled",
)
def test_the_program_in_typescript_compiles_and_prints_what_the_page_says(tmp_path: Path) -> None:
    (code,), (short,) = blocks(PAGE, "ts"), blocks(ROOT / "README.md", "ts")
    wrong = code.replace('kind: ["funder"]', 'kind: ["fundre"]').replace("funder.acronym", "funder.acronim")
    for name in ("package.json", "package-lock.json", "tejido.d.ts"):
        shutil.copy(FOLDER / name, tmp_path)

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300)

    with Server(f"sqlite:///{tmp_path / 'tejido.db'}", tmp_path, seed="true") as server:
        for name, text in (("program", code), ("short", short)):
            (tmp_path / f"{name}.ts").write_text(text.replace(HERE, server.address), encoding="utf-8")
        (tmp_path / "wrong.ts").write_text(wrong, encoding="utf-8")
        installed = run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
        assert installed.returncode == 0, installed.stderr
        found = run(
            "npx", "--no-install", "tsc", *STRICT, *TARGET, "program.ts", "short.ts", "wrong.ts"
        ).stdout.splitlines()
        # The mistakes are found, as the types are not `any`, and nothing else is.
        assert [line.partition("(")[0] for line in found if ": error " in line] == ["wrong.ts"] * 2, found
        for name, text in (("program", code), ("short", short)):
            ran = run("node", f"{name}.js")
            assert (ran.stdout.splitlines(), ran.stderr) == (said(text, "//"), "")
