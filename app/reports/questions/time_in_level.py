"""How long people stay at a level before they are promoted.

What is protected: a curve of fewer than k stays or three promotions; months in which fewer than k people were at risk,
and whatever would tell them; teams with fewer than k stays, and those from which they would follow from the whole,
whose curve stands beside them. Of a team there is no curve: hidden months of one would follow from the whole and the
others. Its median needs k at risk then, in it and outside it. What is not: single promotions among k people or more
who might have been promoted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.access.permissions import Permission
from app.domain.as_of import Known
from app.domain.errors import InvalidError
from app.domain.suppression import Cell as Part
from app.domain.suppression import Line, Why, suppress
from app.domain.survival import InSight
from app.domain.time_in_level import Length, LevelCurve, curve_of, half_of
from app.infra.templating import join_words, long_date
from app.reports.catalogue import Definition
from app.reports.criteria import AS_OF, KNOWN, LADDER, LEVEL, Criteria
from app.reports.findings import Cell, Choice, ChoiceGroup, Column, Findings, FixedRows, Hidden, Kind, Note, Row, Table
from app.reports.queries.spells import Ladders, Rung, read_ladders
from app.reports.queries.time_in_level import Stays, TeamName, read_stays, teams_of
from app.reports.questions.asked import known_words, ladder_choices, lineage_of, notes_on_scope, whom
from app.reports.questions.time_in_level_charts import charts_of

QUESTION = "How long do people stay at a level before they are promoted?"
SAID_TEAMS = 4
"""So many teams are named in a sentence; of more it says how many they are."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a ladder: from a level to the next one. `above` is empty at the top."""

    rung: Rung
    above: str

    @property
    def title(self) -> str:
        """Return what a pill says."""
        return f"{self.rung.level} to {self.above}"


def find(criteria: Criteria) -> Findings:
    """Return the time at one level; a sentence where too few stays or promotions are known.

    InvalidError at a ladder or a level that there is none, and at the highest level.
    """
    ladders = read_ladders(criteria.day)
    lineage = lineage_of(criteria, ladders)
    if not ladders.lineages:
        return Findings(QUESTION, "No ladder counts yet.", (_table("a level", ()),), "Adopt a ladder first.")
    stays = read_stays(criteria.viewer, criteria.as_of)
    lineage = lineage or max(ladders.lineages, key=lambda one: stays.people.get(one, 0))
    steps = _steps(ladders.of(lineage))
    if not steps:
        return Findings(
            QUESTION, "This ladder has one level alone.", (_table("a level", ()),), ladders=_names(ladders, lineage)
        )
    step = _chosen(steps, stays, criteria)
    return _Answer(criteria, ladders, stays, steps, step).findings()


def _steps(rungs: Sequence[Rung]) -> list[Step]:
    """Return the steps of a ladder from the lowest; two levels side by side are reached from the same one."""
    found = []
    for rung in rungs:
        higher = sorted({one.rank for one in rungs if one.rank is not None and one.rank > (rung.rank or 0)})
        if rung.rank is not None and higher:
            found.append(Step(rung, join_words([one.level for one in rungs if one.rank == higher[0]], "or")))
    return found


def _chosen(steps: Sequence[Step], stays: Stays, criteria: Criteria) -> Step:
    """Return the step that is asked for, or the lowest that has a curve."""
    if criteria.level is not None:
        for step in steps:
            if step.rung.level == criteria.level:
                return step
        raise InvalidError("Nothing stands above this level on this ladder. Choose another one.", field=LEVEL)
    return next((step for step in steps if curve_of(_times(stays, step), criteria.k)), steps[0])


def _times(stays: Stays, step: Step) -> list[Length]:
    return [time for _, (_, _, _, time) in stays.by_level.get((step.rung.lineage, step.rung.level), ())]


def _names(ladders: Ladders, lineage: str) -> tuple[str, ...]:
    title = ladders.of(lineage)[0].ladder
    return tuple(name for name in ladders.editions if name.rpartition(" ")[0] == title)


class _Answer:
    """Puts the time at one level into words, tables and charts."""

    def __init__(self, criteria: Criteria, ladders: Ladders, stays: Stays, steps: Sequence[Step], step: Step) -> None:
        """Divide the stays by team, and draw the curve of all."""
        self.criteria, self.ladders, self.stays, self.steps, self.step = criteria, ladders, stays, steps, step
        self.k, self.level = criteria.k, step.rung.level
        here = stays.by_level.get((step.rung.lineage, self.level), ())
        teams = teams_of(here, (step.rung.lineage, self.level), criteria.as_of) if here else []
        self.by_team: dict[TeamName, list[Length]] = defaultdict(list)
        for team, (_, (_, _, _, time)) in zip(teams, here, strict=True):
            self.by_team[team].append(time)
        self.line = _apart(self.by_team, self.k)
        self.times = [time for _, (_, _, _, time) in here]
        self.curve = curve_of(self.times, self.k)

    def findings(self) -> Findings:
        """Return all that is said."""
        answer, rest = self._sentences()
        team_rows = self._team_rows()
        return Findings(
            question=f"How long do people stay at {self.level} before they reach {self.step.above}?",
            answer=answer,
            rest=rest,
            tables=(self._main(), self._incidence(), _team_table(team_rows)),
            scope=self._scope(),
            charts=charts_of(self.curve, self.level) if self.curve else (),
            choices=self._choices(),
            hidden=self._hidden(team_rows),
            notes=(*self._notes(), *notes_on_scope(self.criteria)),
            ladders=_names(self.ladders, self.step.rung.lineage),
        )

    def _scope(self) -> str:
        day = f"as of {long_date(self.criteria.day)}{known_words(self.criteria.as_of, self.criteria.today)}"
        return f"{self.step.rung.ladder}, {day}. {whom(self.criteria)}"

    # Sentences ------------------------------------------------------------------

    def _sentences(self) -> tuple[str, str]:
        if not self.times:
            return self._nobody()
        if len(self.times) < self.k:
            return (
                f"Fewer than {self.k} stays at {self.level} are known, so no figures are shown.",
                "In so small a group every figure would tell of single people.",
            )
        stays = f"{len(self.times)} stays at {self.level} count"
        if self.curve is None:
            return (
                f"Too few people were promoted from {self.level} so far to say how long it takes.",
                f"{stays}. A curve needs three promotions, each among {self.k} people or more.",
            )
        other = "were promoted at another time, " if self.curve.is_cut or self.curve.begins_after else ""
        others = f"the others {other}are still there or have left."
        promoted = f"of which {self.curve.promotions} ended in promotion{self._between(self.curve)}"
        return self._half(self.curve), f"{_by_then(self.curve)}{stays}, {promoted}; {others}"

    def _nobody(self) -> tuple[str, str]:
        answer = f"Nobody is known to have been at {self.level} by {long_date(self.criteria.day)}."
        if self.criteria.day >= self.criteria.today:
            return answer, "Stays count from the day on which a level of somebody is first written down."
        if self.criteria.as_of.known is Known.NOW:
            unseen = "What is known of that time was written down later, of those who were still there."
            return answer, unseen if self.stays.has_unseen else ""
        return answer, "Look at a later day: stays count from the day on which a level is first written down."

    def _between(self, curve: LevelCurve) -> str:
        if curve.begins_after:
            return f" after month {curve.begins_after} and by month {curve.months[-1].month}"
        return f" by month {curve.months[-1].month}" if curve.is_cut else ""

    def _half(self, curve: LevelCurve) -> str:
        who = f"Of those who were still at {self.level} after {curve.begins_after} months and" if (
            curve.begins_after
        ) else "Of those who"  # fmt: skip
        who = f"{who} stay with the company"
        if curve.median is not None:
            return f"{who}, half are promoted within {curve.median} months."
        if curve.is_cut:
            return f"{who}, fewer than half are promoted within {curve.until} months; what comes later is hidden."
        return f"{who}, fewer than half have been promoted so far: the median is not reached."

    # Tables -----------------------------------------------------------------------

    def _main(self) -> Table:
        rows: list[Row] = []
        for month in self.curve.months if self.curve else ():
            low, high = month.interval or (None, None)
            left: Cell = Hidden(Why.FEW, self.k) if month.outcome is None else month.outcome.left
            figures = (month.at_risk, month.promotions, month.staying, low, high, left)
            rows.append((month.month, *figures))
        if self.curve is not None and self.curve.is_cut:
            rows.append((self.curve.months[-1].month + 1, *[Hidden(Why.FEW, self.k)] * 6))
        return _table(self.level, rows)

    def _incidence(self) -> Table:
        columns = (
            Column("month", "By month", Kind.COUNT),
            Column("promoted", "Promoted", Kind.SHARE),
            Column("left", "Left the company", Kind.SHARE),
            Column("neither", "Neither yet", Kind.SHARE),
        )
        months = self.curve.months if self.curve else ()
        rows = [(one.month, *one.outcome, 1 - sum(one.outcome)) for one in months if one.outcome is not None]
        remark = "By Aalen and Johansen’s method: leaving rules a promotion out, so both are counted side by side."
        return Table("incidence", "What became of them", columns, FixedRows(rows), remark, empty="There is no curve.")

    def _team_rows(self) -> list[Row]:
        names = {str(team.key): team for team in self.by_team}
        everybody = InSight(self.times)
        own = [(names[cell.key].name or "No team", self.by_team[names[cell.key]]) for cell in self.line.shown]
        own.sort(key=lambda row: row[0].casefold())
        if self.line.other is not None:
            own.append(("Other teams together", [time for team in self._hidden_teams() for time in self.by_team[team]]))
        rows: list[Row] = []
        for name, times in own:
            half = half_of(times, everybody, self.k)
            rows.append((name, len(times), Hidden(Why.FEW, self.k) if half is None else half))
        return rows

    def _hidden_teams(self) -> list[TeamName]:
        shown = {cell.key for cell in self.line.shown}
        return sorted(
            (team for team in self.by_team if str(team.key) not in shown), key=lambda team: team.name.casefold()
        )

    # Choices ----------------------------------------------------------------------------

    def _choices(self) -> tuple[ChoiceGroup, ...]:
        own = tuple(
            Choice(
                step.title,
                {LADDER: step.rung.lineage, LEVEL: step.rung.level},
                is_current=step == self.step,
                count=self._count(step),
            )
            for step in self.steps
        )
        ladders = ladder_choices(self.ladders, self.step.rung.lineage, with_all=False)
        of_ladders = [
            ChoiceGroup(group.label, tuple(
                Choice(one.label, {**one.changes, LEVEL: None}, is_current=one.is_current) for one in group.choices
            ))
            for group in ladders
        ]  # fmt: skip
        return (*of_ladders, ChoiceGroup("Step", own))

    def _count(self, step: Step) -> int | None:
        """Return how many stays a step counts; None where they are few."""
        count = len(_times(self.stays, step))
        return None if 0 < count < self.k else count

    # What is hidden, and how to read it ----------------------------------------------

    def _hidden(self, team_rows: Sequence[Row]) -> tuple[str, ...]:
        said = []
        if 0 < len(self.times) < self.k:
            said.append(f"All figures, because they would tell of fewer than {self.k} people.")
        if self.curve is not None and self.curve.begins_after:
            said.append(
                f"Months up to {self.curve.begins_after}, because fewer than {self.k} people were at risk in one of "
                "them. The curve begins afterwards and is that of those who were still there."
            )
        if self.curve is not None and self.curve.is_cut:
            last = self.curve.months[-1].month
            said.append(f"Months after {last}, because they rest on fewer than {self.k} people at risk.")
        said += _hidden_outcomes(self.curve, self.k) if self.curve else ()
        teams = [team.name or "people in no team" for team in self._hidden_teams()]
        if teams:
            named = join_words(teams) if len(teams) <= SAID_TEAMS else f"{len(teams)} teams"
            said.append(
                f"{named[:1].upper()}{named[1:]}: not shown apart, because fewer than {self.k} stays at {self.level} "
                "would be told of, there or in a team that follows from the others."
            )
        if any(isinstance(row[-1], Hidden) for row in team_rows):
            said.append(
                "Months of half by team: where half is not reached, or fewer than "
                f"{self.k} people were at risk then in the team or outside it."
            )
        if any(self._count(step) is None for step in self.steps):
            said.append(f"Numbers of stays below {self.k}.")
        return tuple(said)

    def _notes(self) -> tuple[Note, ...]:
        notes = []
        if self.curve is not None:
            mean = (
                f" The average of the promoted alone would say {self.curve.mean} months and mislead."
                if self.curve.mean is not None
                else " The average of the promoted alone would mislead."
            )
            notes.append(
                Note(
                    "How to read it",
                    f"Kaplan and Meier’s method: whoever is still at {self.level} counts as long as they have been "
                    f"there.{mean} Leaving is a competing event, so the true share promoted is lower than the curve "
                    "says; the second table counts both.",
                )
            )
        if any(entry for _, _, entry in self.times):
            notes.append(
                Note(
                    "From when a stay counts",
                    "Belay knows levels from the day on which they were first written down. What came before counts "
                    "for nobody: of those who had moved on or left by then, nothing is recorded. Such stays join the "
                    "curve at the month that they had reached.",
                )
            )
        return tuple(notes)


def _table(level: str, rows: Sequence[Row]) -> Table:
    columns = (
        Column("month", "By month", Kind.COUNT, note="months of 30.4375 days"),
        Column("at_risk", "At risk", Kind.COUNT, note="in sight at the level as the first step of the month came"),
        Column("promoted", "Promoted", Kind.COUNT, note="in that month"),
        Column("staying", f"Still at {level}", Kind.SHARE),
        Column("low", "95% interval from", Kind.SHARE),
        Column("high", "to", Kind.SHARE),
        Column("left", "Left the company", Kind.SHARE, note="by Aalen and Johansen’s method"),
    )
    return Table("months", "The same figures", columns, FixedRows(rows), empty="There is no curve.")


def _team_table(rows: Sequence[Row]) -> Table:
    columns = (
        Column("team", "Team", is_wide=True),
        Column("stays", "Stays", Kind.COUNT),
        Column("median", "Half promoted within (months), of those who stay", Kind.COUNT),
    )
    remark = "The team is that of the last day at the level; of a stay that goes on, that of the day of the report."
    return Table("by_team", "By team", columns, FixedRows(rows), remark, "No team is shown apart.")


def _by_then(curve: LevelCurve) -> str:
    """Return what share was promoted by the median if leaving counts; nothing where nobody left or it is hidden."""
    outcome = next((one.outcome for one in curve.months if one.month == curve.median), None)
    if outcome is None or not outcome.left or curve.outcomes_after != curve.begins_after:
        return ""
    return f"Counting those who left, {round(outcome.promoted * 100)}% were promoted by then. "


def _hidden_outcomes(curve: LevelCurve, k: int) -> list[str]:
    """Return where it is hidden what became of people although the curve of promotions is shown."""
    few = f"because fewer than {k} people were at risk when somebody left"
    told = [one.month for one in curve.months if one.outcome is not None]
    said = []
    if curve.outcomes_after > curve.begins_after:
        said.append(
            f"What became of people up to month {curve.outcomes_after}, {few}. It is told of those who were still "
            "there afterwards."
        )
    if curve.is_outcome_cut and not curve.is_cut:
        said.append(f"What became of people after month {max(told, default=curve.outcomes_after)}, {few}.")
    return said


def _apart(by_team: Mapping[TeamName, Sequence[Length]], k: int) -> Line:
    """Return which teams may be shown beside the whole, whose figures stand on the page."""
    cells = [
        Part(str(team.key), len(times)) for team, times in sorted(by_team.items(), key=lambda one: str(one[0].key))
    ]
    line = suppress(cells, k, is_sensitive=False)
    if line.total is not None or not cells:
        return line
    # The whole is shown, so that what is hidden would follow from it and the others.
    return Line((), {cell.key: Why.PROTECTS for cell in cells})


DEFINITION = Definition(
    name="time-in-level",
    title="Time in level",
    question=QUESTION,
    permission=Permission.Report.OPEN_AGGREGATES,
    takes=frozenset({AS_OF, KNOWN, LADDER, LEVEL}),
    find=find,
)
