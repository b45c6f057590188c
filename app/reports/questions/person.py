"""The report on one person: their whole path, to be read through in a meeting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter

from app.access.permissions import Permission
from app.assessment.queries import PersonStanding, TargetStanding, WaiverLine
from app.assessment.queries.waivers import WaiverState
from app.domain.as_of import DAYS_A_MONTH, MONTHS_A_QUARTER
from app.infra.clock import local
from app.infra.templating import ANSWER_LABELS, counted, long_date
from app.ladders.queries import Edition, list_editions
from app.people.models import LevelSpell
from app.people.queries import NamedSpell
from app.promotion.wording import OUTCOME
from app.reports.catalogue import Definition
from app.reports.criteria import PERSON, Criteria
from app.reports.findings import Column, Findings, FixedRows, Kind, Note, Row, Table
from app.reports.queries.person import Path, person_of, read_path
from app.reports.questions.progression import GROUPS, VERDICTS

QUESTION = "What has one person's path been?"
WAIVER_STATES = {
    WaiverState.WAITS_FOR_MANAGER: "waits for the line manager",
    WaiverState.WAITS_FOR_HR: "waits for HR",
    WaiverState.HOLDS: "holds",
    WaiverState.REFUSED: "refused",
    WaiverState.ENDED: "ended",
    WaiverState.TAKEN_BACK: "taken back",
}
LEFT_OUT = (
    "What is sealed, a draft or a vote is in no report of a person, nor are mentoring, the groups for reports, or "
    "decisions that were not told yet."
)


def find(criteria: Criteria) -> Findings:
    """Tell one person's path, as much of it as the viewer may read."""
    path = read_path(criteria)
    words = _Words()
    return Findings(
        question=f"What has the path of {path.person.name} been?",
        answer=_answer(path, criteria.today, words),
        rest=_rest(path),
        scope=f"{path.person.name}, as of {long_date(criteria.today)}",
        tables=(
            _path(path, criteria.today, words),
            _assessments(path, words),
            _decisions(path, words),
            _evidence(path),
            _standing(path, words),
            *([_waivers(path, words)] if path.waivers else []),
        ),
        notes=(Note("What is left out", LEFT_OUT),),
        ladders=(path.standing.edition.name,) if path.standing and path.standing.edition else (),
        is_named=True,
        parts={"person_id": path.person.id},
    )


def _answer(path: Path, on: date, words: _Words) -> str:
    name, standing = path.person.name, path.standing
    if standing is None or standing.held is None or standing.held_since is None:
        return f"{name} holds no level."
    months = round((on - standing.held_since).days / DAYS_A_MONTH, 1)
    since = long_date(standing.held_since)
    ladder = words.ladder(standing.lineage)
    return f"{name} has held {standing.held} of {ladder} since {since}, for {months:g} months."


def _rest(path: Path) -> str:
    standing = path.standing
    if standing is None or not standing.targets:
        return ""
    if standing.is_at_top:
        return "No level follows: it is the top of the ladder."
    return " ".join(_said(target) for target in standing.targets)


def _said(target: TargetStanding) -> str:
    blocking = f"; {counted(target.blocking, 'expectation', 'expectations')} in the way" if target.blocking else ""
    verdict = VERDICTS[target.verdict].lower()
    return f"For {target.target}: {verdict}, {target.met} of {target.of} met{blocking}."


# Tables ---------------------------------------------------------------------------


def _path(path: Path, on: date, words: _Words) -> Table:
    """Return levels, teams and line managers, the latest first; what is over says until when."""
    rows = [*_levels(path.spells, on, words), *_named("Team", path.teams, on), *_named("Manager", path.managers, on)]
    rows.sort(key=itemgetter(0), reverse=True)
    columns = (
        Column("from", "From", Kind.DAY),
        Column("until", "Until", Kind.DAY, note="The last day; empty while it lasts"),
        Column("what", "What"),
        Column("which", "Which", is_wide=True),
        Column("months", "Months", Kind.NUMBER),
        Column("reason", "Reason"),
    )
    return Table(
        "path", "Levels, teams and line managers", columns, FixedRows(rows), empty="Nothing is recorded of it yet."
    )


def _levels(spells: Iterable[LevelSpell], on: date, words: _Words) -> Iterator[Row]:
    for spell in spells:
        which = f"{spell.level}, {words.ladder(spell.ladder)}"
        yield spell.starts_on, _last_day(spell), "Level", which, _months(spell, on), spell.reason.label


def _named(what: str, spells: Iterable[NamedSpell], on: date) -> Iterator[Row]:
    for spell in spells:
        yield spell.starts_on, _last_day(spell), what, spell.name, _months(spell, on), None


def _last_day(spell: LevelSpell | NamedSpell) -> date | None:
    """Return the last day of a time: what is stored is the first day after it."""
    return spell.ends_on - timedelta(days=1) if spell.ends_on else None


def _months(spell: LevelSpell | NamedSpell, on: date) -> float | None:
    until = min(spell.ends_on or on, on)
    return round((until - spell.starts_on).days / DAYS_A_MONTH, 1) if until >= spell.starts_on else None


def _assessments(path: Path, words: _Words) -> Table:
    rows = [
        (
            line.revealed_on,
            words.ladder(line.lineage),
            line.target,
            "in" if line.own_is_in else "not given",
            line.manager or "not given",
        )
        for line in path.assessments
    ]
    columns = (
        Column("revealed_on", "Opened to both", Kind.DAY),
        Column("ladder", "Ladder"),
        Column("target", "For level"),
        Column("own", "Own side"),
        Column("manager", "Rated by"),
    )
    return Table("assessments", "Assessments", columns, FixedRows(rows), empty="No assessment is open to both yet.")


def _decisions(path: Path, words: _Words) -> Table:
    rows = [
        (
            line.told_on,
            line.cycle,
            words.ladder(line.lineage),
            f"{line.from_level} → {line.target}",
            OUTCOME[line.kind] if line.kind else None,
            line.effective_on,
            line.told_by or None,
        )
        for line in path.decisions
    ]
    columns = (
        Column("told_on", "Told", Kind.DAY),
        Column("cycle", "Cycle"),
        Column("ladder", "Ladder"),
        Column("step", "Step"),
        Column("decision", "Decision"),
        Column("effective_on", "In force from", Kind.DAY),
        Column("told_by", "Told by"),
    )
    return Table("decisions", "Decisions", columns, FixedRows(rows), empty="No decision was told yet.")


def _evidence(path: Path) -> Table:
    rows = []
    for quarter, group in groupby(path.pieces, key=lambda piece: _quarter(piece.occurred_on)):
        pieces = list(group)
        kinds = len({piece.kind for piece in pieces})
        rows.append((quarter, len(pieces), kinds, "; ".join(f"{piece.ref} {piece.title}" for piece in pieces)))
    columns = (
        Column("quarter", "Quarter"),
        Column("pieces", "Pieces", Kind.COUNT),
        Column("kinds", "Kinds", Kind.COUNT, note="How many sorts of evidence they are of"),
        Column("titles", "Which", is_wide=True),
    )
    return Table(
        "evidence",
        "Evidence by quarter",
        columns,
        FixedRows(rows),
        remark="Pieces that are shared and that you may read, by the day of what they show.",
        empty="No piece is shared that you may read.",
    )


def _quarter(day: date) -> str:
    """Return the name of a day's quarter.

    >>> _quarter(date(2026, 11, 21))
    '2026 Q4'
    """
    return f"{day.year} Q{(day.month - 1) // MONTHS_A_QUARTER + 1}"


def _standing(path: Path, words: _Words) -> Table:
    standing = path.standing
    rows = list(_blockers(standing, words)) if standing else []
    columns = (
        Column("target", "For level"),
        Column("expectation", "What is in the way", is_wide=True),
        Column("why", "Why"),
        Column("rating", "Latest rating"),
        Column("rated_on", "Rated", Kind.DAY),
        Column("pieces", "Pieces that count", Kind.COUNT),
    )
    is_without = standing is None or not standing.targets
    return Table(
        "standing",
        "Where the path stands now",
        columns,
        FixedRows(rows),
        empty="There is no level to look at." if is_without else "Nothing is in the way.",
    )


def _blockers(standing: PersonStanding, words: _Words) -> Iterator[Row]:
    for target in standing.targets:
        by_id = {one.expectation_id: one for one in target.expectations}
        for one in (by_id[wanted] for wanted in target.blocking_ids):
            text = words.expectation(standing.edition, one.expectation_id)
            rating = ANSWER_LABELS[one.rating] if one.rating else None
            yield target.target, text, GROUPS[one.group], rating, one.rated_on, one.counted


def _waivers(path: Path, words: _Words) -> Table:
    rows = [
        (
            words.expectation(path.standing.edition if path.standing else None, line.expectation_id),
            WAIVER_STATES[line.state],
            local(line.asked_at).date(),
            _approved_on(line),
            line.reason,
        )
        for line in path.waivers
    ]
    columns = (
        Column("expectation", "Expectation", is_wide=True),
        Column("state", "State"),
        Column("asked_on", "Asked", Kind.DAY),
        Column("approved_on", "Approved by both", Kind.DAY),
        Column("reason", "Reason", is_wide=True),
    )
    return Table("waivers", "Waivers", columns, FixedRows(rows))


def _approved_on(line: WaiverLine) -> date | None:
    if line.manager_at is None or line.hr_at is None:
        return None
    return local(max(line.manager_at, line.hr_at)).date()


class _Words:
    """What ladders and expectations are called."""

    def __init__(self) -> None:
        """Read which ladders there are."""
        self._titles: Mapping[str, str] = {one.ladder.lineage: one.ladder.title for one in list_editions()}

    def ladder(self, lineage: str | None) -> str:
        """Return the title of a ladder."""
        return self._titles.get(lineage or "", lineage or "")

    def expectation(self, edition: Edition | None, wanted: str) -> str:
        """Return an expectation in the words of the ladder; its id where the ladder no longer has it."""
        if edition is None:
            return wanted
        try:
            return edition.ladder.expectation(wanted).text
        except KeyError:
            return wanted


DEFINITION = Definition(
    name="person",
    title="One person's path",
    question=QUESTION,
    permission=Permission.PersonPath.READ,
    takes=frozenset({PERSON}),
    find=find,
    is_named=True,
    icon="people",
    on=person_of,
    has_outside=False,
)
