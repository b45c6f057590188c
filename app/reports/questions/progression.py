"""The report on progression: where everybody stands, since when, what is next, and what blocks them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from uuid import UUID

from app.access.actor import Role
from app.access.permissions import Permission
from app.domain.as_of import DAYS_A_MONTH
from app.domain.errors import MissingError
from app.domain.readiness import BlockerGroup, Verdict
from app.infra.templating import long_date
from app.ladders.queries import Edition, get_edition
from app.reports.catalogue import Definition
from app.reports.criteria import AS_OF, KNOWN, LADDER, LEVEL, TEAM, Criteria
from app.reports.findings import Cell, Column, Findings, Kind, Linked, Note, Row, Table
from app.reports.queries.progression import (
    Count,
    Line,
    Source,
    count_lines,
    count_people,
    editions_in,
    read_lines,
    source_of,
    stream_lines,
)

QUESTION = "Where does everybody stand, since when, what is next, and what blocks them?"
SHOWN_BLOCKERS = 3
LONGEST_SHOWN = 90
TOP = "Top of the ladder"
NOT_RECORDED = "Not recorded"
VERDICTS = {Verdict.READY: "Ready", Verdict.NOT_YET: "Not yet", Verdict.CANNOT_TELL: "Cannot tell"}
GROUPS = {
    BlockerGroup.SLIPPED: "slipped",
    BlockerGroup.NOT_MET: "not met",
    BlockerGroup.PARTLY_MET: "partly met",
    BlockerGroup.UNPROVEN: "unproven",
    BlockerGroup.UNASSESSED: "unassessed",
}
COLUMNS = (
    Column("employee_id", "Employee id", only_in_files=True),
    Column("name", "Name"),
    Column("team", "Team"),
    Column("manager", "Line manager"),
    Column("ladder", "Ladder", only_in_files=True),
    Column("level", "Level"),
    Column("since", "Since", Kind.DAY),
    Column("months", "Months", Kind.NUMBER, note="Months at the level, of 30.4375 days each"),
    Column("next", "Next"),
    Column("verdict", "Verdict"),
    Column("met", "Met", Kind.COUNT, only_in_files=True),
    Column("of", "Of", Kind.COUNT, only_in_files=True),
    Column("blocking", "Blocking", Kind.COUNT),
    Column("what_blocks", "What blocks", is_wide=True),
    Column("last_evidence_on", "Last evidence", Kind.DAY, only_in_files=True),
    Column("last_rated_on", "Last rated", Kind.DAY, only_in_files=True),
)


def find(criteria: Criteria) -> Findings:
    """Say where everybody stands whose line the viewer may see."""
    count = count_people(criteria)
    day = long_date(criteria.day)
    return Findings(
        question=QUESTION,
        answer=_answer(criteria, count),
        rest=_rest(criteria, count),
        scope=f"Whoever works here and whose line you may see, as of {day}{_known(criteria)}",
        tables=(
            Table(
                "progression",
                "People by name",
                COLUMNS,
                ProgressionRows(criteria),
                remark="One line a person and level that may follow.",
                empty="Nobody whose line you may see passes these filters.",
            ),
        ),
        hidden=_hidden(criteria),
        notes=_notes(criteria),
        ladders=tuple(edition.name for edition in editions_in(criteria)),
        is_named=True,
    )


def _known(criteria: Criteria) -> str:
    return {Source.STORED: "", Source.RECORDED: ", as known then", Source.COMPUTED: ", as corrected since"}[
        source_of(criteria)
    ]


def _answer(criteria: Criteria, count: Count) -> str:
    if not count.people:
        return "There is nobody to show."
    who = "1 person" if count.people == 1 else f"{count.people:,} people".replace(",", " ")
    if count.unknown == count.people:
        day = long_date(criteria.day)
        if source_of(criteria) is Source.RECORDED:
            return f"Of {who}, nothing was recorded by {day} of where they stood."
        return f"{who}: where they stand is computed as the lines are read."
    return f"Of {who}, {count.ready} {'is' if count.ready == 1 else 'are'} ready for what is next."


def _rest(criteria: Criteria, count: Count) -> str:
    parts = [
        f"{number} {words}"
        for number, words in (
            (count.not_yet, "not yet"),
            (count.cannot_tell, "cannot be told, because ratings are missing"),
            (count.at_top, "at the top of a ladder"),
            (count.without_level, "without a level on a ladder that counts"),
        )
        if number
    ]
    found = [f"{'; '.join(parts)}."] if parts else []
    if count.unknown and source_of(criteria) is Source.RECORDED:
        found.append(
            f"Of {count.unknown} nothing was recorded by then: Belay keeps where people stand from its first day on. "
            "Choose “as corrected since” to have the day computed from what is known now."
        )
    elif count.unknown and source_of(criteria) is Source.STORED:
        found.append(f"{count.unknown} wait to be computed; their lines are right all the same.")
    return " ".join(found)


def _hidden(criteria: Criteria) -> tuple[str, ...]:
    actor = criteria.viewer.actor
    if actor is not None and actor.has_role(Role.HR):
        return ("Your own line is left out: HR never handles their own row.",)
    return ()


def _notes(criteria: Criteria) -> tuple[Note, ...]:
    verdict = (
        "Ready: everything that the next level asks holds. Not yet: something does not. Cannot tell: what is missing "
        "is a rating. At the top of a ladder no level follows, and what blocks is what no longer holds of the level "
        "held."
    )
    found = [Note("How to read a verdict", verdict)]
    if source_of(criteria) is Source.COMPUTED:
        words = "Computed from what is known now, with every correction since; it may differ from what was seen then."
        found.append(Note("As corrected since", words))
    return tuple(found)


# Rows -----------------------------------------------------------------------------


class ProgressionRows:
    """The lines of the report: a page of them for the screen, or all of them for a file."""

    def __init__(self, criteria: Criteria) -> None:
        """Keep what is asked for."""
        self._criteria = criteria

    def count(self) -> int:
        """Return how many lines there are."""
        return count_lines(self._criteria)

    def window(self, offset: int, limit: int) -> Sequence[Row]:
        """Return a page of lines; people and teams lead to their pages, and of many blockers three are told."""
        words = _Words()
        return [self._shown(line, words) for line in read_lines(self._criteria, offset, limit)]

    def _shown(self, line: Line, words: _Words) -> Row:
        cells = list(self._cells(line, words.ladder, words.told))
        cells[1] = Linked(line.name, "person", line.person_id)
        if line.team_id is not None:
            cells[2] = Linked(line.team or "", "team", line.team_id)
        return cells

    def stream(self) -> Iterator[Row]:
        """Yield all lines, with the ids of all that blocks."""
        ladder = lru_cache(_Words().ladder)
        day, token = self._criteria.day, lru_cache(4096)(_in_file)
        months = lru_cache(4096)(lambda since: round((day - since).days / DAYS_A_MONTH, 1))
        for (
            _id, employee_id, name, _team_id, team, _manager_id, manager, lineage, version_id, held, since, target,
            verdict, met, of, blocking, evidence_on, rated_on, is_known,
        ) in stream_lines(self._criteria):  # fmt: skip
            is_top = target is not None and target == held
            tokens = blocking.split() if blocking else ()
            yield (
                employee_id, name, team, manager, ladder(lineage, version_id), held, since,
                months(since) if since else None,
                TOP if is_top else target or None,
                _verdict(verdict, is_top=is_top, is_known=is_known),
                met if target else None, of if target else None, len(tokens) if target else None,
                "; ".join(map(token, tokens)), evidence_on, rated_on,
            )  # fmt: skip

    def _cells(
        self,
        line: Line,
        ladder: Callable[[str | None, UUID | None], str | None],
        told: Callable[[Line], str],
    ) -> tuple[Cell, ...]:
        is_top = line.target is not None and line.target == line.held
        has_target = bool(line.target)
        return (
            line.employee_id,
            line.name,
            line.team,
            line.manager,
            ladder(line.lineage, line.version_id),
            line.held,
            line.since,
            round((self._criteria.day - line.since).days / DAYS_A_MONTH, 1) if line.since else None,
            TOP if is_top else line.target or None,
            _verdict(line.verdict, is_top=is_top, is_known=line.is_known),
            line.met if has_target else None,
            line.of if has_target else None,
            len(line.blocking.split()) if has_target else None,
            told(line),
            line.last_evidence_on,
            line.last_rated_on,
        )


def _verdict(verdict: Verdict | None, *, is_top: bool, is_known: bool) -> str | None:
    if not is_known:
        return NOT_RECORDED
    return None if is_top or verdict is None else VERDICTS[verdict]


def _in_file(token: str) -> str:
    group, _, expectation = token.partition(":")
    return f"{expectation} ({GROUPS[BlockerGroup(group)]})"


class _Words:
    """What ladders and expectations are called."""

    def __init__(self) -> None:
        """Look nothing up yet."""
        self._editions: dict[UUID, Edition | None] = {}

    def _edition(self, version_id: UUID | None) -> Edition | None:
        if version_id is None:
            return None
        if version_id not in self._editions:
            try:
                self._editions[version_id] = get_edition(version_id)
            except MissingError:
                self._editions[version_id] = None
        return self._editions[version_id]

    def ladder(self, lineage: str | None, version_id: UUID | None) -> str | None:
        """Return the title of a ladder; its short name where no version of it counts."""
        edition = self._edition(version_id)
        return edition.ladder.title if edition else lineage

    def told(self, line: Line) -> str:
        """Return the first expectations that block, in the words of the ladder, and how many more there are."""
        tokens = line.blocking.split()
        words = [self._expectation(line.version_id, token.partition(":")[2]) for token in tokens[:SHOWN_BLOCKERS]]
        more = len(tokens) - len(words)
        return "; ".join([*words, *([f"and {more} more"] if more else [])])

    def _expectation(self, version_id: UUID | None, wanted: str) -> str:
        edition = self._edition(version_id)
        if edition is None:
            return wanted
        try:
            text = edition.ladder.expectation(wanted).text
        except KeyError:
            return wanted
        text = text.rstrip(".")
        return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN].rsplit(' ', 1)[0]} …"


DEFINITION = Definition(
    name="progression",
    title="Progression",
    question=QUESTION,
    permission=Permission.Report.OPEN_PROGRESSION,
    takes=frozenset({AS_OF, KNOWN, TEAM, LADDER, LEVEL}),
    find=find,
    is_named=True,
    has_outside=False,
)
