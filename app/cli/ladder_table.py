"""A ladder as a table in the terminal: competencies down, levels across, as many levels side by side as fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from textwrap import wrap

from app.domain.ladder import Ladder, Level
from app.ladders.queries import Edition
from app.ladders.wording import mark_of, rests_on_documents

NAME_WIDTH = 18
LEAST_WIDTH = 22
GUTTER = "  "
GAP = "—"


def table(edition: Edition, width: int) -> Iterator[str]:
    """Yield the lines of the table, at most `width` columns wide. A level that does not fit stands further down."""
    ladder = edition.ladder
    counts = "counts today" if edition.is_adopted else "does not count today"
    yield f"{ladder.title}, {ladder.slug} {ladder.version}, {counts}"
    if ladder.extends:
        yield f"Laid on {ladder.extends.ladder} {ladder.extends.version}."
    side_by_side = max(1, (width - NAME_WIDTH) // (LEAST_WIDTH + len(GUTTER)))
    blocks = -(-len(ladder.levels) // side_by_side)
    # Levels are spread evenly, so that the last block is not a single narrow column.
    each = -(-len(ladder.levels) // blocks)
    for first in range(0, len(ladder.levels), each):
        yield ""
        yield from _block(ladder, ladder.levels[first : first + each], width)
    yield ""
    yield f"{GAP} nothing is stated here"


def _block(ladder: Ladder, levels: Sequence[Level], width: int) -> Iterator[str]:
    column = max(LEAST_WIDTH, (width - NAME_WIDTH) // len(levels) - len(GUTTER))
    column = min(column, max(1, width - NAME_WIDTH - len(GUTTER)))
    widths = [NAME_WIDTH, *[column] * len(levels)]
    yield from _lines([["Competency"], *([level.id] for level in levels)], widths)
    yield GUTTER.join("─" * one for one in widths)
    with_origin = rests_on_documents(ladder)
    added = {level.id: ladder.added_at(level.id) for level in levels}
    for number, competency in enumerate(ladder.competencies):
        if number:
            yield ""
        cells = [wrap(competency.name, NAME_WIDTH)]
        for level in levels:
            lines: list[str] = []
            for expectation in added[level.id]:
                if expectation.competency == competency.id:
                    mark = mark_of(expectation, with_origin=with_origin)
                    text = f"{expectation.text} ({mark})" if mark else expectation.text
                    lines += wrap(text, column, initial_indent="• ", subsequent_indent="  ")
            cells.append(lines or [GAP])
        yield from _lines(cells, widths)


def _lines(cells: Sequence[Sequence[str]], widths: Sequence[int]) -> Iterator[str]:
    for line in zip_longest(*cells, fillvalue=""):
        yield GUTTER.join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
