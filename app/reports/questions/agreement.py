"""The report on agreement: do committees agree, how strict is each reviewer, and how do people rate themselves."""

from __future__ import annotations

import math
import uuid
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

from app.access.permissions import Permission
from app.domain.agreement import (
    CASES_NEEDED,
    RELIABLE_FROM,
    TENTATIVE_FROM,
    Agreement,
    Reading,
    bootstrap_of,
    krippendorff_of,
    reading,
)
from app.domain.as_of import AsOf, Known, last_quarter_end
from app.domain.errors import InvalidError
from app.domain.suppression import Why, may_stand_apart
from app.infra.templating import long_date
from app.ladders.queries import Edition, list_editions
from app.reports.catalogue import Definition
from app.reports.charts import Dot, DotPlot
from app.reports.criteria import AS_OF, CYCLE, KNOWN, Criteria
from app.reports.findings import (
    Cell,
    Choice,
    ChoiceGroup,
    Column,
    Findings,
    FixedRows,
    Hidden,
    Kind,
    Note,
    Table,
)
from app.reports.queries import agreement as queries
from app.reports.queries.agreement import Asked, CompetencyRatings, RaterLine, ReleasedCycle
from app.reports.queries.self_gap import Gaps, count_gaps
from app.reports.questions.self_gaps import (
    NO_COMPETENCY,
    gap_sentence,
    gap_tables,
    hidden_gaps,
    listed,
    two_places,
)

QUESTION = "Do committees agree?"
MOST_CYCLES = 8
"""How many cycles stand above the chart, the latest first; all of them count together."""
WORDS: Mapping[Reading, str] = {
    Reading.RELIABLE: "reliable",
    Reading.TENTATIVE: "tentative",
    Reading.DO_NOT_RELY: "do not rely on it",
    Reading.NO_VARIATION: "no variation",
    Reading.NOTHING_TO_COMPARE: "nothing to compare",
}
ANSWERS: Mapping[Reading, str] = {
    Reading.RELIABLE: "Committees agree: alpha is {alpha}, which is reliable.",
    Reading.TENTATIVE: "Committees agree in part: alpha is {alpha}, good for a hint and not for a conclusion.",
    Reading.DO_NOT_RELY: "Committees do not agree well enough to rely on it: alpha is {alpha}.",
    Reading.NO_VARIATION: "Everybody gave the same rating everywhere, so that nothing can be said of agreement.",
    Reading.NOTHING_TO_COMPARE: "There are no ratings to compare yet.",
}
TOO_LITTLE = "too little data"
WHOLE = "All competencies"
ALPHA_COLUMNS = (
    Column("competency", "Competency"),
    Column("people", "People judged", Kind.COUNT),
    Column("units", "Units", Kind.COUNT, note="Expectations of a case that two or more reviewers rated"),
    Column("values", "Ratings", Kind.COUNT),
    Column("alpha", "Alpha", Kind.NUMBER, decimals=2),
    Column("low", "95% from", Kind.NUMBER, decimals=2),
    Column("high", "95% to", Kind.NUMBER, decimals=2),
    Column("reading", "How to read it"),
)
RATER_COLUMNS = (
    Column("reviewer", "Reviewer"),
    Column("severity", "Beside the others", Kind.NUMBER, decimals=2, note="Steps of the scale"),
    Column("words", "In words"),
    Column("cases", "Cases", Kind.COUNT),
    Column("items", "Expectations compared", Kind.COUNT),
)

OUTSIDE_RATERS = "How strict reviewers are, by name, stays in the company."


def find(criteria: Criteria) -> Findings:
    """Say how far committees agree. InvalidError names a cycle whose decisions are not released."""
    asked = Asked(criteria.as_of, criteria.viewer, criteria.cycle_id)
    released = queries.list_released_cycles(asked)
    cycles = [cycle for cycle in released if cycle.cases]
    chosen = next((cycle for cycle in cycles if cycle.id == criteria.cycle_id), None)
    if criteria.cycle_id is not None and chosen is None:
        raise InvalidError("This names no cycle whose decisions are released.", field=CYCLE)
    apart_told = may_stand_apart({cycle.id: cycle.people for cycle in cycles}, criteria.k)
    if chosen is not None and len(cycles) > 1 and chosen.id not in apart_told:
        raise InvalidError(
            f"Told by itself, this cycle would tell of fewer than {criteria.k} people, in it or in the other cycles. "
            "Choose all cycles.",
            field=CYCLE,
        )
    editions = list_editions()
    known = queries.competencies(editions)
    names = dict(known.values())
    whole, apart = queries.list_ratings(asked, known)
    raters = () if criteria.is_for_outside else queries.list_severities(asked)
    gaps_on = last_quarter_end(criteria.day)
    gaps = count_gaps(AsOf(gaps_on, Known.THEN), known)
    seed = 0 if chosen is None else chosen.id.int
    measured = [_measured(one, names, criteria.k, seed) for one in apart]
    total = _measured(whole, names, criteria.k, seed, is_guarded=any(one.is_hidden for one in measured))
    return Findings(
        question=QUESTION,
        answer=_answer(total, criteria.k),
        rest=_rest(total, gaps, criteria.k),
        scope=_scope(criteria, chosen),
        tables=(
            Table(
                "competencies",
                "Agreement by competency",
                ALPHA_COLUMNS,
                FixedRows([one.row for one in (*measured, *([total] if measured else []))]),
                remark="Blind first ratings alone: a later change never makes reviewers look more alike.",
                empty="No cycle whose decisions are released has ratings of two reviewers.",
            ),
            Table(
                "raters",
                "How strict reviewers are, by name",
                RATER_COLUMNS,
                FixedRows([_rater_row(one) for one in raters]),
                remark=f"Nothing is said with fewer than {CASES_NEEDED} cases. It corrects no rating and no decision.",
                empty=OUTSIDE_RATERS
                if criteria.is_for_outside
                else "Nobody has rated a case together with somebody else.",
            ),
            *gap_tables(gaps, names, criteria.k, gaps_on),
        ),
        charts=_charts(measured, total, raters),
        choices=_choices(cycles, chosen, apart_told, criteria.k),
        hidden=_hidden(measured, total, gaps, names, criteria),
        notes=_notes([cycle for cycle in released if criteria.cycle_id in {None, cycle.id}]),
        ladders=_ladders(cycles, chosen, editions),
        is_named=not criteria.is_for_outside,
    )


class Measured:
    """One competency, or all of them: how far ratings agree, or that it is hidden."""

    def __init__(self, name: str, ratings: CompetencyRatings, seed: int, hidden: Hidden | None) -> None:
        """Measure it, unless it is hidden."""
        self.name, self.people, self.hidden = name, ratings.people, hidden
        self.agreement = Agreement(None, 0, 0) if hidden else krippendorff_of(ratings.kinds)
        self.interval = None if hidden else bootstrap_of(ratings.kinds, seed=seed)
        self.is_guarded = False

    @property
    def is_hidden(self) -> bool:
        """Say whether too few people were judged."""
        return self.hidden is not None

    @property
    def reading(self) -> Reading:
        """Return how to read it."""
        return reading(self.agreement)

    @property
    def row(self) -> tuple[Cell, ...]:
        """Return the line of the table."""
        if self.hidden:
            return (self.name, *(self.hidden for _ in ALPHA_COLUMNS[1:]))
        low, high = self.interval or (None, None)
        # What the hidden lines rest on would be what is missing from the sum.
        guard = Hidden(Why.PROTECTS) if self.is_guarded else None
        return (
            self.name,
            self.people,
            guard or self.agreement.units,
            guard or self.agreement.values,
            self.agreement.alpha,
            low,
            high,
            WORDS[self.reading],
        )

    @property
    def dot(self) -> Dot:
        """Return the dot of the chart."""
        low, high = self.interval or (None, None)
        words = "hidden" if self.hidden else f"{two_places(self.agreement.alpha)} {WORDS[self.reading]}".strip()
        return Dot(
            self.name,
            _number(self.agreement.alpha),
            _number(low),
            _number(high),
            words,
            is_flagged=self.reading is Reading.DO_NOT_RELY,
        )


def _measured(
    ratings: CompetencyRatings, names: Mapping[str, str], k: int, seed: int, *, is_guarded: bool = False
) -> Measured:
    name = WHOLE if ratings.competency == queries.EVERYTHING else names.get(ratings.competency, NO_COMPETENCY)
    found = Measured(name, ratings, seed, Hidden(Why.FEW, k) if 0 < ratings.people < k else None)
    found.is_guarded = is_guarded
    return found


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _answer(total: Measured, k: int) -> str:
    if total.is_hidden:
        return f"Fewer than {k} people were judged, too few to say how far committees agree."
    return ANSWERS[total.reading].format(alpha=two_places(total.agreement.alpha))


def _rest(total: Measured, gaps: Gaps, k: int) -> str:
    parts = [gap_sentence(gaps, k)]
    if total.agreement.units and not total.is_guarded:
        interval = total.interval
        within = f", 95% interval {two_places(interval[0])} to {two_places(interval[1])}" if interval else ""
        parts.insert(0, f"It rests on {total.agreement.values} ratings of {total.agreement.units} units{within}.")
    return " ".join(part for part in parts if part)


def _scope(criteria: Criteria, chosen: ReleasedCycle | None) -> str:
    cycle = chosen.name if chosen else "All cycles whose decisions are released"
    known = ""
    if criteria.day != criteria.today:
        known = ", as known then" if criteria.as_of.known is Known.THEN else ", as corrected since"
    return f"{cycle}, as of {long_date(criteria.day)}{known}"


def severity_words(line: RaterLine) -> str:
    """Return how strict a reviewer is beside the others, in words."""
    shown = line.severity.shown
    if shown is None:
        return TOO_LITTLE
    if two_places(abs(shown)) == two_places(Fraction(0)):
        return "as the others"
    return "milder than the others" if shown > 0 else "stricter than the others"


def _rater_row(line: RaterLine) -> tuple[Cell, ...]:
    return (line.name, line.severity.shown, severity_words(line), line.severity.cases, line.severity.items)


def _charts(measured: Sequence[Measured], total: Measured, raters: Sequence[RaterLine]) -> tuple[DotPlot, ...]:
    charts = []
    shown = [one for one in (*measured, total) if one.agreement.alpha is not None]
    if shown:
        lows = [value for one in shown for value in (one.dot.low, one.dot.value) if value is not None]
        charts.append(
            DotPlot(
                "Agreement by competency",
                f"Krippendorff’s alpha of {len(shown)} lines with its 95 percent interval, beside the limits 0.667 and "
                "0.8. The same figures stand in the table.",
                "alpha: 1 is full agreement, 0 is chance",
                start=min(0.0, math.floor(min(lows) * 5) / 5),
                end=1.0,
                dots=tuple(one.dot for one in (*measured, total)),
                guides=((float(TENTATIVE_FROM), "tentative"), (float(RELIABLE_FROM), "reliable")),
            )
        )
    said = [(one, one.severity.shown) for one in raters if one.severity.shown is not None]
    if said:
        furthest = max(Fraction(1, 2), *(Fraction(math.ceil(abs(shown) * 2), 2) for _, shown in said))
        charts.append(
            DotPlot(
                "How strict reviewers are",
                f"{len(said)} reviewers by name, each beside the others on the same expectations. The same figures "
                "stand in the table.",
                "steps of the scale: left is stricter, right is milder",
                start=-float(furthest),
                end=float(furthest),
                dots=tuple(Dot(one.name, float(shown), words=severity_words(one)) for one, shown in said),
                guides=((0.0, "as the others"),),
            )
        )
    return tuple(charts)


def _choices(
    cycles: Sequence[ReleasedCycle], chosen: ReleasedCycle | None, apart: Collection[uuid.UUID], k: int
) -> tuple[ChoiceGroup, ...]:
    """Return the pills by cycle: only those that tell nothing of few people, by themselves or beside all cycles."""
    if not cycles:
        return ()
    offered = [cycle for cycle in cycles if cycle.id in apart][:MOST_CYCLES]
    if chosen is not None and chosen not in offered:
        offered.append(chosen)
    cases = sum(cycle.cases for cycle in cycles)
    is_few = len(frozenset().union(*(cycle.people for cycle in cycles))) < k
    everything = Choice("All cycles", {CYCLE: None}, chosen is None, None if is_few else cases)
    single = (
        Choice(cycle.name, {CYCLE: str(cycle.id)}, cycle == chosen, None if len(cycle.people) < k else cycle.cases)
        for cycle in offered
    )
    return (ChoiceGroup("Cycle", (everything, *single)),)


def _ladders(
    cycles: Sequence[ReleasedCycle], chosen: ReleasedCycle | None, editions: Sequence[Edition]
) -> tuple[str, ...]:
    counted = cycles if chosen is None else [chosen]
    versions = {version for cycle in counted for version in cycle.versions}
    return tuple(sorted(edition.name for edition in editions if edition.id in versions))


def _hidden(
    measured: Sequence[Measured], total: Measured, gaps: Gaps, names: Mapping[str, str], criteria: Criteria
) -> tuple[str, ...]:
    k = criteria.k
    found = []
    few = [one.name for one in measured if one.is_hidden]
    if total.is_hidden:
        found.append(f"Agreement: fewer than {k} people were judged.")
    elif few:
        found.append(f"Agreement on {listed(few)}: fewer than {k} people were judged, so that sums are hidden as well.")
    if criteria.is_for_outside:
        found.append(OUTSIDE_RATERS)
    return (*found, *hidden_gaps(gaps, names, k))


def _notes(counted: Sequence[ReleasedCycle]) -> tuple[Note, ...]:
    notes = [
        Note(
            "How to read it",
            "Krippendorff’s alpha for ordered values: 1 is full agreement, 0 is what chance would give, less is worse "
            "than chance. From 0.80 on it is reliable, from 0.667 tentative, below that nothing rests on it. The "
            "interval comes from drawing the units again, always with the same seed. “Cannot judge” is no value.",
        ),
        Note(
            "How strict reviewers are",
            "The mean distance from the others on the same expectations, drawn towards nought by n/(n+8). It says how "
            "somebody reads the scale and nothing of how well they judge.",
        ),
        Note(
            "Self beside manager",
            "Self minus manager for each expectation that both rated, from −3 to 3. It starts a conversation and is no "
            "performance figure.",
        ),
    ]
    if any(cycle.has_left_out for cycle in counted):
        notes.append(
            Note("Left out", "Cases of your own, and those in which you take no part and that are not told yet.")
        )
    return tuple(notes)


DEFINITION = Definition(
    name="agreement",
    title="Agreement of committees",
    question=QUESTION,
    permission=Permission.Report.OPEN_FAIRNESS,
    takes=frozenset({AS_OF, KNOWN, CYCLE}),
    find=find,
    is_named=True,
)
