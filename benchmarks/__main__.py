"""make bench: measure rows, print the table, write docs/benchmarks.md."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Annotated, Literal

import typer
from rich.console import Console

from benchmarks import report
from benchmarks.generate import SIZES
from benchmarks.measure import Outcome
from benchmarks.rows import ROWS, measured

_console = Console()


def main(
    rows: Annotated[
        list[str] | None, typer.Argument(help=f"Rows to measure: {', '.join(ROWS)}. All by default.")
    ] = None,
    size: Annotated[
        Literal["small", "middle", "large"] | None,
        typer.Option(help="Measure at another size than the rows' own: only printed, nothing is written."),
    ] = None,
) -> None:
    """Measure Tejido beside its peers, and write docs/benchmarks.md."""
    chosen = rows or list(ROWS)
    unknown = sorted(set(chosen) - set(ROWS))
    if unknown:
        raise typer.BadParameter(f"no such row: {', '.join(unknown)}; there are {', '.join(ROWS)}")
    found: dict[str, list[Outcome]] = {}
    failed = False
    for name in chosen:
        _console.print(f"{name} ...")
        # A process for each: what one row leaves in memory must not slow the next.
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            try:
                found[name] = pool.submit(measured, name, SIZES[size] if size else None).result()
            except (Exception, BrokenProcessPool) as error:  # noqa: BLE001  # the other rows are measured all the same
                failed = True
                _console.print(f"{name} failed: {error!r}", markup=False)
                continue
    outcomes = [one for every in found.values() for one in every]
    _console.print(report.screen(outcomes))
    for note in report.notes(outcomes):
        _console.print(f"- {note}", markup=False, highlight=False)
    if not size:
        every = report.kept() | found
        report.keep(every)
        report.write(every)
    raise typer.Exit(1 if failed else 0)


if __name__ == "__main__":
    typer.run(main)
