"""The start page as its template shows it: reports with their verdicts. For views only."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from app.assessment.pages import Rung, missing_words, rung_of
from app.home.queries import Report
from app.infra.templating import number_word, plural
from app.mentoring.own_pages import PairCard, pair_card, shown_goals, sorted_out
from app.mentoring.queries.own import OwnPair
from app.mentoring.queries.profiles import named_expectations

SUMMARY = {
    "ready": ("is ready for the next level", "are ready for the next level"),
    "not_yet": ("is not yet", "are not yet"),
    "cannot_tell": ("cannot be told before more is rated", "cannot be told before more is rated"),
    "top": ("is at the top", "are at the top"),
    "none": ("is on no ladder", "are on no ladder"),
}


@dataclass(frozen=True, slots=True)
class TeamTarget:
    """A level that may follow for a report, and where they stand on it."""

    target: Rung
    verdict: str
    missing_words: str


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One direct report on a manager's start page; `held` is None for somebody on no ladder."""

    id: uuid.UUID
    name: str
    href: str
    held: Rung | None
    since: date | None
    is_at_top: bool
    targets: tuple[TeamTarget, ...]


def team_summary(rows: Sequence[TeamRow]) -> str:
    """Return the verdicts of a team as a sentence of counts: “One is ready, six are not yet, two cannot be told.”."""
    verdicts = Counter(target.verdict for row in rows for target in row.targets[:1])
    verdicts["top"] = sum(row.is_at_top for row in rows)
    verdicts["none"] = sum(row.held is None for row in rows)
    words = [
        f"{number_word(verdicts[verdict])} {plural(verdicts[verdict], *phrase)}"
        for verdict, phrase in SUMMARY.items()
        if verdicts[verdict]
    ]
    sentence = ", ".join(words)
    return f"{sentence[:1].upper()}{sentence[1:]}." if sentence else ""


def team_row(report: Report) -> TeamRow:
    """Return a report's line, from what is stored of where they stand."""
    found = report.standing
    ladder = found.edition.ladder if found.edition else None
    has_level = ladder is not None and found.held is not None and ladder.has_level(found.held)
    return TeamRow(
        id=report.entry.id,
        name=report.entry.name,
        href=url_for("assessment.show_standing", person_id=report.entry.id),
        held=rung_of(ladder, found.held) if ladder and found.held and has_level else None,
        since=found.held_since,
        is_at_top=found.is_at_top,
        targets=tuple(
            TeamTarget(rung_of(ladder, one.target), one.verdict.value, missing_words(one.met, one.of))
            for one in found.targets
            if ladder and not found.is_at_top
        ),
    )


def pair_cards(pairs: Sequence[OwnPair]) -> list[PairCard]:
    """Return the mentorships that run for somebody: their mentor first, then mentees by name."""
    own = sorted_out(pairs)
    shown = [one for one in (own.mentor, *own.mentees) if one is not None]
    texts = {key: one.text for key, one in named_expectations(shown_goals(shown)).items()}
    return [pair_card(one, texts) for one in shown]
