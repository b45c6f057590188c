"""How people rate themselves beside their managers, as the report on agreement tells it: by team and by competency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from fractions import Fraction

from app.domain.overlap import may_stand_together
from app.domain.self_gap import self_gap
from app.domain.suppression import Cell as Group
from app.domain.suppression import Line, Why, suppress
from app.infra.templating import long_date
from app.reports.findings import Cell, Column, FixedRows, Hidden, Kind, Table
from app.reports.queries.self_gap import GapCount, Gaps

NO_TEAM = "In no team"
NO_COMPETENCY = "Of no ladder that is known"
MOST_LISTED = 6
GAP_COLUMNS = (
    Column("people", "People", Kind.COUNT),
    Column("mean", "Mean gap", Kind.NUMBER, decimals=2, note="Self minus manager, in steps of the scale"),
    Column("mean_absolute", "Mean size", Kind.NUMBER, decimals=2),
    Column("apart", "Two steps or more", Kind.SHARE),
)


def two_places(value: Fraction | None) -> str:
    """Return a figure as a sentence says it; nothing where there is none."""
    return "" if value is None else f"{float(value):.2f}".replace("-", "−")


def gap_sentence(gaps: Gaps, k: int) -> str:
    """Return in a sentence how people rate themselves; nothing where that is hidden or nobody is compared."""
    found = self_gap(gaps.whole.gaps)
    if gaps.whole.people < k or found.mean is None or _team_line(gaps, k).total is None:
        return ""
    if not found.mean:
        return "On average people rate themselves as their line managers do."
    way = "higher" if found.mean > 0 else "lower"
    return f"On average people rate themselves {two_places(abs(found.mean))} steps {way} than their line managers do."


def _team_line(gaps: Gaps, k: int) -> Line:
    return suppress([Group(str(one), count.people) for one, count in gaps.by_team.items()], k, is_sensitive=False)


def _competency_line(gaps: Gaps, k: int) -> Line:
    return suppress([Group(one, count.people) for one, count in gaps.by_competency.items()], k, is_sensitive=False)


def _has_competencies(gaps: Gaps, k: int) -> bool:
    """Say whether competencies may stand beside the teams, so that neither table tells of few in the other.

    What is hidden counts as one line where its sum can be computed, by the line of everybody.
    """
    by_team, by_competency = _team_line(gaps, k), _competency_line(gaps, k)
    if by_team.total is None or gaps.whole.people < k:
        return False
    lines: Counter[frozenset[Hashable]] = Counter()
    for (team, competencies), people in gaps.overlaps.items():
        of_team = ("team", None if str(team) in by_team.hidden else str(team))
        of_competency = {("competency", None if one in by_competency.hidden else one) for one in competencies}
        lines[frozenset({of_team, *of_competency})] += people
    return may_stand_together(lines, k)


def _hidden_competencies(gaps: Gaps, k: int) -> Mapping[str, Why]:
    hidden = _competency_line(gaps, k).hidden
    if _has_competencies(gaps, k):
        return hidden
    return {one: hidden.get(one, Why.PROTECTS) for one in gaps.by_competency}


def _gap_row(name: str, count: GapCount) -> tuple[Cell, ...]:
    found = self_gap(count.gaps)
    return (name, count.people, found.mean, found.mean_absolute, found.apart)


def _hidden_row(name: str, why: Why, k: int) -> tuple[Cell, ...]:
    return (name, *(Hidden(why, k) for _ in GAP_COLUMNS))


def gap_tables(gaps: Gaps, names: Mapping[str, str], k: int, day: date) -> tuple[Table, ...]:
    """Return the tables of gaps. On how many expectations a line rests is not told: hidden lines would follow."""
    by_team, hidden_competencies = _team_line(gaps, k), _hidden_competencies(gaps, k)
    teams = sorted(gaps.by_team, key=lambda one: (one is None, gaps.team_names[one].casefold(), str(one)))
    rows = [
        _hidden_row(gaps.team_names[one] or NO_TEAM, by_team.hidden[str(one)], k)
        if str(one) in by_team.hidden
        else _gap_row(gaps.team_names[one] or NO_TEAM, gaps.by_team[one])
        for one in teams
    ]
    if by_team.other is not None:
        rest = [gaps.by_team[one] for one in teams if str(one) in by_team.hidden]
        rows.append(_gap_row("Those teams together", _together(rest)))
    if by_team.total is not None and gaps.whole.people >= k:
        rows.append(_gap_row("Everybody", gaps.whole))
    lines = [
        _hidden_row(names.get(one, NO_COMPETENCY), hidden_competencies[one], k)
        if one in hidden_competencies
        else _gap_row(names.get(one, NO_COMPETENCY), gaps.by_competency[one])
        for one in _in_order(gaps.by_competency, names)
    ]
    empty = "Nobody has a revealed assessment in which both sides rated the same expectation."
    remark = (
        f"The latest revealed assessment of everybody who worked here on {long_date(day)}, as known then: ends of "
        "quarters alone, as two days close to each other would tell of few people. It starts a conversation and judges "
        "nobody."
    )
    return (
        Table(
            "gap_by_team",
            "Self beside manager, by team",
            (Column("team", "Team"), *GAP_COLUMNS),
            FixedRows(rows),
            remark,
            empty,
        ),
        Table(
            "gap_by_competency",
            "Self beside manager, by competency",
            (Column("competency", "Competency"), *GAP_COLUMNS),
            FixedRows(lines),
            remark,
            empty,
        ),
    )


def _in_order(keys: Mapping[str, GapCount], names: Mapping[str, str]) -> list[str]:
    place = {key: number for number, key in enumerate(names)}
    return sorted(keys, key=lambda one: (place.get(one, len(place)), one))


def _together(counts: Sequence[GapCount]) -> GapCount:
    gaps: dict[int, int] = {}
    for count in counts:
        for gap, number in count.gaps.items():
            gaps[gap] = gaps.get(gap, 0) + number
    return GapCount(sum(count.people for count in counts), gaps)


def hidden_gaps(gaps: Gaps, names: Mapping[str, str], k: int) -> tuple[str, ...]:
    """Return what the tables hide, and why."""
    found = []
    teams = [gaps.team_names[one] or NO_TEAM for one in gaps.by_team if str(one) in _team_line(gaps, k).hidden]
    if teams:
        found.append(
            f"Self beside manager in {listed(sorted(teams, key=str.casefold))}: fewer than {k} people have ratings of "
            "both, or another team’s figure would follow."
        )
    lines = [one for one in _in_order(gaps.by_competency, names) if one in _hidden_competencies(gaps, k)]
    if lines:
        found.append(
            f"Self beside manager on {listed([names.get(one, NO_COMPETENCY) for one in lines])}: fewer than {k} "
            "people, or another figure would follow, in this table or in the one by team."
        )
    return tuple(found)


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence lists them; beyond some, how many more."""
    if len(names) > MOST_LISTED:
        return f"{', '.join(names[: MOST_LISTED - 1])} and {len(names) - MOST_LISTED + 1} more"
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
