"""What people write: stories by expectation, comments by side, competency and answer. Read once from the TOML files."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.domain.evidence import EvidenceKind
from app.domain.ladder import Expectation

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Story:
    """Something that an engineer did. Words in braces are slots; `also` holds lines for further expectations."""

    expectation_id: str
    kind: EvidenceKind
    title: str
    shows: str
    text: str
    also: tuple[tuple[str, str], ...] = ()


def stories_about(expectation: Expectation) -> tuple[Story, ...]:
    """Return the stories that count for an expectation: those of a kind that its evidence rule accepts."""
    kinds = expectation.evidence.kinds
    return tuple(s for s in stories().get(expectation.id, ()) if not kinds or s.kind in kinds)


@cache
def stories() -> Mapping[str, tuple[Story, ...]]:
    """Return all stories by expectation id; ValueError on a key or kind that is not known."""
    found: dict[str, tuple[Story, ...]] = {}
    for path in sorted((_HERE / "stories").glob("*.toml")):
        for expectation_id, tables in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if expectation_id in found:
                raise ValueError(f"{path.name}: {expectation_id} has been told in another file already.")
            found[expectation_id] = tuple(_story(expectation_id, table) for table in tables)
    return MappingProxyType(found)


def _story(expectation_id: str, table: dict[str, Any]) -> Story:
    return Story(
        expectation_id=expectation_id,
        kind=EvidenceKind(table.pop("kind")),
        also=tuple(table.pop("also", {}).items()),
        text=unwrap(table.pop("text")),
        **table,
    )


def unwrap(text: str) -> str:
    r"""Join the lines of each paragraph, so that the text flows wherever it is shown.

    >>> unwrap("One\ntwo.\n\nThree.")
    'One two.\n\nThree.'
    """
    paragraphs = (_lines(paragraph) for paragraph in text.strip().split("\n\n"))
    return "\n\n".join(" ".join(lines) for lines in paragraphs)


def _lines(paragraph: str) -> Iterator[str]:
    # In a quotation every line may begin with the mark; joined, only the first keeps it.
    first, *rest = paragraph.split("\n")
    yield first.strip()
    yield from (line.strip().removeprefix("> ") for line in rest)


@cache
def _comments() -> Mapping[str, Any]:
    return MappingProxyType(tomllib.loads((_HERE / "comments.toml").read_text(encoding="utf-8")))


def comments(side: str, expectation: Expectation, answer: str) -> Sequence[str]:
    """Return what one side ("self", "manager") may write beside an answer; nothing for an unknown competency.

    Words for the expectation itself come before those for its competency.
    """
    tables = _comments()
    if answer == "no_opportunity":
        found: Sequence[str] = tables["no_opportunity"][side]
    else:
        own = tables[side].get(expectation.id, {}).get(answer, ())
        found = own or tables[side].get(expectation.competency, {}).get(answer, ())
    return found


def corroboration_words(outcome: str) -> Sequence[str]:
    """Return what a colleague may write with an outcome."""
    found: Sequence[str] = _comments()["corroboration"][outcome]
    return found


def set_aside_reasons() -> Sequence[str]:
    """Return reasons for which a manager sets a piece aside for one expectation."""
    found: Sequence[str] = _comments()["set_aside"]["reasons"]
    return found


def set_aside_answers() -> Sequence[str]:
    """Return what authors answer to that."""
    found: Sequence[str] = _comments()["set_aside"]["answers"]
    return found


def closings(text: str, *, is_told: bool) -> Sequence[str]:
    """Return last sentences for a story without slots or told once before by the same author, none for others."""
    if "{" in text and not is_told:
        return ()
    found: Sequence[str] = _comments()["closing"]["quoted" if text.startswith(">") else "told"]
    return found
