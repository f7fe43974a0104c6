"""The command line: serve, seed, import, export, template, migrate, keys, withhold, backup, restore, openapi."""

import json
import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from pathlib import Path
from typing import Annotated, cast

import typer
from alembic.util import CommandError
from fastapi import FastAPI
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text
from sqlalchemy.exc import SQLAlchemyError

from app.access.actions import CLI, note_action
from app.access.keys import LAST_EXPIRY, Label, count_keys, create_key, list_keys, revoke_key
from app.access.scopes import Scope, in_order
from app.exchange.archive import ARCHIVE_FORMATS, About, write_archive
from app.exchange.drafts import FileRefused
from app.exchange.formats import FORMATS, options_of
from app.exchange.importing import OnError, Result, Stage, import_file
from app.exchange.importing import Request as ImportRequest
from app.exchange.importing import Status as ImportStatus
from app.exchange.paging import Version
from app.exchange.standards import STANDARDS, publication_of
from app.exchange.template import write_template
from app.history.view import present_view, view_at
from app.history.withheld import Withheld, check_of
from app.migrations import migrate as migrate_database
from app.models.nouns import ref_of
from app.models.tables import Reader
from app.problems import Problem
from app.server import serve as serve_application
from app.settings import Settings
from app.store import withheld
from app.store.backup import BackupError, Summary, restore_backup, write_backup
from app.store.changes import UNDO, find_run, run_for
from app.store.database import Database
from app.store.expunging import expunge as expunge_records
from app.store.expunging import scrub, to_expunge
from app.store.records import PageQuery
from app.store.restoring import undo
from app.store.seed import is_empty, load_seed

app = typer.Typer(help="Tejido: who funds whom, where, and who works together.", no_args_is_help=True)
keys = typer.Typer(help="API keys: make them, list them, revoke them.", no_args_is_help=True)
app.add_typer(keys, name="keys")
withhold = typer.Typer(help="Terms that no record may contain: add, list, remove, look for them.", no_args_is_help=True)
app.add_typer(withhold, name="withhold")
_console = Console(stderr=True)
_SHOWN_PROBLEMS = 50
_LABEL: TypeAdapter[str] = TypeAdapter(Label)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", help="Port to listen on.", min=0, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(envvar="WEB_CONCURRENCY", help="Processes that answer.", min=1, max=64)] = 1,
) -> None:
    """Bring the database up to date, load the first data set into an empty one, and serve."""
    with _told_plainly():
        settings = Settings()
        _prepare(settings)
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0") else host  # noqa: S104
    _say(f"Tejido is at http://{shown}:{port} for people; http://{shown}:{port}/docs describes it for programs")
    serve_application(settings, host=host, port=port, workers=workers)


@app.command()
def seed() -> None:
    """Load the first data set: create what is absent, follow the files where nobody has edited."""
    with _told_plainly():
        database = _migrated(Settings())
        counts = load_seed(database)
        database.close()
    table = Table("records", "count")
    for word, count in sorted(counts.items()):
        table.add_row(word, str(count))
    _console.print(table)


@app.command()
def migrate() -> None:
    """Bring the database up to date."""
    with _told_plainly():
        _migrated(Settings()).close()


@app.command()
def expunge(
    ref: Annotated[str, typer.Argument(help="Prefixed id of the record: org:…, project:…, citation:…")],
    *,
    with_referrers: Annotated[bool, typer.Option(help="Expunge the records that refer to it, too.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take a record out for good: out of the tables, of every past version, of the log, of what is kept for answers.

    The versions that held it say that they were amended. Backups made before still hold it.
    """
    with _told_plainly():
        database = _migrated(Settings())
        try:
            with database.write(cause="expunge", actor=CLI) as writer:
                going = to_expunge(writer.connection, ref, with_referrers=with_referrers)
                _console.print(f"{len(going)} records go:", *(ref_of(noun.kind, name) for noun, _, name in going))
                if not yes and not typer.confirm("This cannot be undone. Go on?"):
                    raise typer.Exit(1)
                done = expunge_records(writer, going)
                note_action(writer.connection, actor=CLI, action="expunge", subject=f"{len(done.refs)} records")
            scrub(database)
        except Problem as problem:
            _say(problem.detail)
            raise typer.Exit(1) from None
        finally:
            database.close()
    _console.print(f"Expunged, with {done.past_rows} past revisions of others that referred to them.")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The file.")],
    *,
    format: Annotated[  # noqa: A002 - the word of the API
        str | None, typer.Option(help=f"{', '.join(FORMATS)}; found out from the file where it is plain.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="What the columns of a list of grants mean.")
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option(help="What is to be known of the file beside it: currency=GBP, table=topics …")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Only say what would be done.")] = False,
    on_error: Annotated[OnError, typer.Option(help="What becomes of a file with errors.")] = OnError.refuse,
) -> None:
    """Bring in a file of 360Giving, IATI, Tejido's own tables or, with a mapping, any list of grants.

    It is read whole before anything is written. The same file again changes nothing.
    """
    if format is not None and format not in FORMATS:
        raise typer.BadParameter(f"one of {', '.join(FORMATS)}", param_hint="--format")
    try:
        options = options_of(option or ())
    except FileRefused as refusal:
        raise typer.BadParameter(str(refusal), param_hint="--option") from None
    if mapping is not None:
        options["mapping"] = mapping.read_text(encoding="utf-8")
    with _told_plainly():
        database = _migrated(Settings())
        try:
            with file.open("rb") as opened, _progress(file) as told:
                result = import_file(
                    database,
                    ImportRequest(
                        file=opened,
                        file_name=file.name,
                        format=format,
                        options=options,
                        dry_run=dry_run,
                        on_error=on_error,
                        actor=CLI,
                    ),
                    told,
                )
        finally:
            database.close()
    _show_import(result)
    if result.status not in (ImportStatus.done, ImportStatus.checked):
        raise typer.Exit(1)


@contextmanager
def _progress(file: Path) -> Iterator[Callable[[Stage, int], None]]:
    """A bar on a terminal; nothing where the output goes elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_console, transient=True, disable=not _console.is_terminal) as bar:
        task = bar.add_task("reading", total=file.stat().st_size)

        def told(stage: Stage, done: int) -> None:
            if stage is Stage.reading:
                bar.update(task, completed=done)
            else:
                bar.update(task, description=f"{stage}: {done} records", total=None)

        yield told


def _show_import(result: Result) -> None:
    """What became of an import: problems first, then a table, then a line."""
    shown = result.problems[:_SHOWN_PROBLEMS]
    for problem in shown:
        parts = (problem.place.words if problem.place else None, problem.field, problem.detail)
        _say(f"{problem.severity}: {': '.join(part for part in parts if part)}")
    if sum(result.problem_counts.values()) > len(shown):
        _say("… " + ", ".join(f"{many} {word}s" for word, many in sorted(result.problem_counts.items())) + " in all")
    if result.counts:
        words = sorted({word for one in result.counts.values() for word in one})
        table = Table("records", *words)
        for kind, counts in sorted(result.counts.items()):
            table.add_row(kind.replace("_", " "), *(str(counts.get(word, 0)) for word in words))
        _console.print(table)
    for what, many in sorted(result.left_out.items()):
        _say(f"left out: {many} {what}")
    if result.status is ImportStatus.done and result.version is None:
        _say("Nothing changed.")
    elif result.status is ImportStatus.done:
        _say(f"Done, in version r{result.version}. To undo it: {_own_command()} undo r{result.version}")
    else:
        _say(result.detail or str(result.status))


@app.command("export")
def export_(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="The archive to write: a ZIP file.")],
    *,
    format: Annotated[  # noqa: A002 - the word of the API
        str,
        typer.Option(help=f"{', '.join(ARCHIVE_FORMATS)}: an archive of tables; {', '.join(STANDARDS)}: one file."),
    ] = "csv",
    as_of: Annotated[str | None, typer.Option(help="Data version (v12, or r12 with --restricted) or time.")] = None,
    restricted: Annotated[bool, typer.Option("--restricted", help="Also what is restricted.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Write the whole data set into one file: an archive with licence, version and data dictionary, or a standard's."""
    if format not in ARCHIVE_FORMATS and format not in STANDARDS:
        raise typer.BadParameter(f"one of {', '.join([*ARCHIVE_FORMATS, *STANDARDS])}", param_hint="--format")
    left_out: Counter[str] = Counter()
    with _told_plainly(), closing(_migrated(settings := Settings())) as database:
        with database.read() as connection:
            view = view_at(connection, as_of, Reader.restricted if restricted else Reader.public)
            about = About.of(view, licence=settings.data_licence, contact=settings.contact, address=settings.public_url)
        version = Version.of(database, view)
        if format in STANDARDS:
            publication = publication_of(settings, view, settings.public_url)
            pieces = STANDARDS[format].write(version, PageQuery(), publication, left_out)
        else:
            pieces = write_archive(version, about, format)
        size = _write_whole(file, pieces, force=force)
    for what, many in sorted(left_out.items()):
        _say(f"left out: {many} {what}")
    _say(f"Wrote data version {about.data_version}, {size} bytes, into {file}")


@app.command("template")
def template_(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="The workbook to write: an XLSX file.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Write the workbook in which data are filled in for an import: a sheet for each table."""
    size = _write_whole(file, write_template(), force=force)
    _say(f"Wrote {size} bytes into {file}")


def _write_whole(file: Path, pieces: Iterable[bytes], *, force: bool) -> int:
    """Write a file that is there when it is whole; returns its size."""
    if file.exists() and not force:
        _say(f"{file} exists already; --force replaces it.")
        raise typer.Exit(1)
    part = file.with_name(f".{file.name}.part")
    try:
        with part.open("wb") as written:
            size = sum(written.write(piece) for piece in pieces)
        part.replace(file)
    except OSError as error:
        _say(f"{file}: {error.strerror}")
        raise typer.Exit(1) from None
    finally:
        part.unlink(missing_ok=True)
    return size


@app.command()
def openapi() -> None:
    """Write the OpenAPI document to standard output."""
    json.dump(_application(Settings(database_url="sqlite://")).openapi(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


@keys.command("create")
def keys_create(
    label: Annotated[str, typer.Option(help="What the key is for: a system or an office, not a person.")],
    scope: Annotated[
        list[Scope] | None, typer.Option(help="What it may do beside reading. Repeat for several.", show_default=False)
    ] = None,
    expires: Annotated[
        str | None, typer.Option(help="When it ends: after so many days, or at the start of a day: 2027-01-31, UTC.")
    ] = None,
) -> None:
    """Make a key and write it to standard output, this once."""
    try:
        checked, ends = _LABEL.validate_python(label), None if expires is None else _end_of(expires)
    except ValidationError as error:
        raise typer.BadParameter(error.errors()[0]["msg"].removeprefix("Value error, "), param_hint="--label") from None
    with _told_plainly():
        database = _migrated(Settings())
        with database.write_service() as connection:
            whole, key = create_key(connection, label=checked, scopes=scope or (), expires_at=ends, actor=CLI)
        database.close()
    sys.stdout.write(f"{whole}\n")
    _say(
        f"Keep it now: it is stored nowhere. {key.prefix} may {', '.join(in_order(key.scopes))} "
        f"in {database.url.render_as_string(hide_password=True)}."
    )


@keys.command("list")
def keys_list() -> None:
    """List all keys, ended ones too: what each is for, what it may do, when it was used."""
    table = Table(Column("prefix", no_wrap=True), "label", "scopes", "status", "created", "expires", "last used")
    now = datetime.now(UTC)
    with _told_plainly():
        database = _migrated(Settings())
        with database.read() as connection:
            for key in list_keys(connection, limit=None):
                moments = (key.created_at, key.expires_at, key.last_used_at)
                days = (f"{moment:%Y-%m-%d}" if moment else "" for moment in moments)
                table.add_row(key.prefix, Text(key.label), " ".join(in_order(key.scopes)), key.status(now), *days)
        database.close()
    Console().print(table)


@keys.command("revoke")
def keys_revoke(
    prefix: Annotated[str, typer.Argument(help="Beginning of the key, tjd_ and ten characters.")],
) -> None:
    """End a key for good."""
    with _told_plainly():
        database = _migrated(Settings())
        with database.write_service() as connection:
            revoke_key(connection, prefix, actor=CLI)
        database.close()
    _say(f"{prefix} opens nothing any more.")


@withhold.command("add")
def withhold_add() -> None:
    """Withhold terms: one typed at the prompt, which does not show it, or one a line of standard input."""
    terms = _typed_terms(again=True)
    with _told_plainly(), closing(_migrated(Settings())) as database:
        for number, term in enumerate(terms, start=1):
            with _told_of(number, terms), database.write_service() as connection:
                added = withheld.add_term(connection, term, secret=database.secret, actor=CLI)
                _say(f"{added.id} is withheld from now on.")
    _say(f"`{_own_command()} withhold scan` finds the records that contain one already.")


@withhold.command("list")
def withhold_list() -> None:
    """List what is known of the withheld terms; they themselves are stored nowhere."""
    table = Table("digest", "words", "since", "secret")
    with _told_plainly(), closing(_migrated(Settings())) as database:
        own = None if database.secret is None else check_of(database.secret)
        with database.read() as connection:
            terms = withheld.list_terms(connection)
        for term in terms:
            secret = "none is set" if own is None else "the one set" if term.check == own else "another one"
            table.add_row(term.id, str(term.words), f"{term.at:%Y-%m-%d}", secret)
    Console().print(table)
    _say(f"{len(terms)} withheld terms.")


@withhold.command("remove")
def withhold_remove(
    digest: Annotated[
        str | None, typer.Option(help="Beginning of its digest, six digits or more; else the term is asked for.")
    ] = None,
) -> None:
    """Release a withheld term: the one typed at the prompt or on standard input, or the one of a digest."""
    if digest is not None and not re.fullmatch(r"[0-9a-f]{6,64}", digest):
        raise typer.BadParameter("six hexadecimal digits or more, as the list shows them", param_hint="--digest")
    terms = [] if digest is not None else _typed_terms(again=False)
    with _told_plainly(), closing(_migrated(Settings())) as database:
        for number, one in enumerate([digest] if digest is not None else terms, start=1):
            with _told_of(number, terms), database.write_service() as connection:
                named = one if digest is not None else withheld.id_of(connection, one, secret=database.secret)
                removed = withheld.remove_term(connection, named, actor=CLI)
                _say(f"{removed.id} is not withheld any more.")


@withhold.command("scan")
def withhold_scan() -> None:
    """Tell which records contain a withheld term already, and where in them."""
    with _told_plainly(), closing(_migrated(Settings())) as database, database.read() as connection:
        found = withheld.scan(connection, Withheld.load(connection, database.secret))
    for ref, pointers in found.present.items():
        sys.stdout.write(f"{ref}\t{' '.join(pointers)}\n")
    _say(f"{len(found.present)} records contain a withheld term; past revisions of {found.past} do.")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The backup: one file, whatever the database is.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Back up the database into a file and verify it, while the service runs."""
    with _told_plainly(), closing(Database(Settings().database_url)) as database:
        summary = write_backup(database, file, force=force)
    _show("Backed up and verified.", file, summary)


@app.command("undo")
def undo_run(
    run: Annotated[str, typer.Argument(help="The import run, by the version that it made: v12, or r12.")],
) -> None:
    """Undo an import run as one unit; refused, with the reasons, where later changes build on it."""
    with (
        _told_plainly(),
        closing(_migrated(Settings())) as database,
        database.write(cause=UNDO, actor=CLI) as writer,
    ):
        reader = Reader.public if run.startswith("v") else Reader.restricted
        found = run_for(writer.view, find_run(present_view(writer.connection, reader), run))
        undo(writer, found)
        note_action(writer.connection, actor=CLI, action="undo import run", subject=found.id)
        changes = writer.changes
    _say(f"Undone, with {changes} changes.")


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="What `backup` wrote.")]) -> None:
    """Fill an empty database from a backup and verify it; one that is not empty is left alone."""
    with _told_plainly(), closing(Database(Settings().database_url)) as database:
        summary = restore_backup(database, file)
    _show("Restored and verified.", file, summary)


def _show(what: str, file: Path, summary: Summary) -> None:
    contents = summary.contents
    table = Table(show_header=False)
    table.add_row("records", str(contents.records))
    table.add_row("rows of all tables", str(summary.rows))
    table.add_row("data version", f"{contents.number}; for public readers v{contents.public_number}")
    table.add_row("made", f"{contents.made_at}, by release {contents.release}")
    table.add_row("bytes", str(summary.size))
    _console.print(table)
    _say(f"SHA-256: {summary.sha256}")
    _say(f"{what} {file}")


def _typed_terms(*, again: bool) -> list[str]:
    """Terms from the terminal, unseen, or from standard input: what stands in a command is kept in its history."""
    if sys.stdin.isatty():
        return [str(typer.prompt("Term", hide_input=True, confirmation_prompt="Again" if again else False, err=True))]
    try:
        lines = sys.stdin.buffer.read().decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        _say("Standard input is not UTF-8.")
        raise typer.Exit(1) from None
    terms = [line for line in lines if line.strip()]
    if not terms:
        _say("There is no term on standard input.")
        raise typer.Exit(1)
    return terms


@contextmanager
def _told_of(number: int, terms: Sequence[str]) -> Iterator[None]:
    """What is wrong with one of several terms is told with its line, and stops none of the others."""
    try:
        yield
    except Problem as problem:
        if len(terms) < 2 or problem.kind == "no-secret":
            raise
        _say(f"Line {number}: {problem.detail}")


def _end_of(expires: str) -> datetime:
    """The moment that a number of days or a day stands for."""
    try:
        if expires.isdecimal():
            moment = datetime.now(UTC) + timedelta(days=int(expires))
        else:
            moment = datetime.combine(date.fromisoformat(expires), time(), UTC)
    except (ValueError, OverflowError):
        moment = datetime.min.replace(tzinfo=UTC)
    if not datetime.now(UTC) < moment < LAST_EXPIRY:
        raise typer.BadParameter(
            f"a number of days, or a day to come before {LAST_EXPIRY.year}, as in 2027-01-31", param_hint="--expires"
        )
    return moment


def _say(text: str) -> None:
    """Say something in one line, however long: what is meant to be copied is not broken."""
    _console.print(text, markup=False, highlight=False, soft_wrap=True)


def _own_command() -> str:
    """How this command is called from here."""
    beside = Path(sys.executable).with_name("tejido")
    if shutil.which("tejido") == str(beside):
        return "tejido"
    return str(beside.relative_to(Path.cwd()) if beside.is_relative_to(Path.cwd()) else beside)


@contextmanager
def _told_plainly() -> Iterator[None]:
    """A wrong setting or an absent database is told in a line, without what was set: it may hold a password."""
    try:
        yield
    except ValidationError as error:
        for one in error.errors():
            _say(f"TEJIDO_{'_'.join(map(str, one['loc'])).upper()}: {one['msg'].removeprefix('Value error, ')}")
        raise typer.Exit(1) from None
    except Problem as problem:
        _say(problem.detail)
        for reason in problem.extra.get("reasons", ()):
            _say(f"{reason['ref']}: {reason['detail']}")
        raise typer.Exit(1) from None
    except BackupError as error:
        _say(str(error))
        raise typer.Exit(1) from None
    except (SQLAlchemyError, CommandError, ModuleNotFoundError) as error:
        cause = getattr(error, "orig", None) or error
        _say(f"TEJIDO_DATABASE_URL: {str(cause).splitlines()[0]}")
        raise typer.Exit(1) from None


def _application(settings: Settings) -> FastAPI:
    """The application. It is imported here, so that the other commands need not wait for it."""
    return cast("FastAPI", import_module("app.main").create_app(settings))


def _migrated(settings: Settings) -> Database:
    database = Database(settings.database_url, secret=settings.plain_secret)
    with database.write_schema() as connection:
        migrate_database(connection)
    return database


def _prepare(settings: Settings) -> None:
    database = _migrated(settings)
    with database.read() as connection:
        empty = is_empty(connection)
        has_keys = count_keys(connection) > 0
        # Raises where the list of withheld terms cannot be used: nothing is written unprotected.
        Withheld.load(connection, settings.plain_secret)
    if empty and settings.seed:
        counts = load_seed(database)
        _console.print(f"Loaded the first data set: {counts['created']} records.")
    database.gather_statistics()
    database.close()
    if not has_keys:
        given = "database_url" in settings.model_fields_set
        _say(
            "Nobody can write yet: there is no key. This makes one"
            f"{', with the same TEJIDO_DATABASE_URL' if given else ''}:\n"
            f'  {_own_command()} keys create --label "first key" --scope write'
        )


if __name__ == "__main__":
    app()
