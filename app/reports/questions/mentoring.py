"""The report on mentoring, in counts alone: pairs, who waits, what mentors carry, sessions, outcomes, and fairness."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from statistics import median

from app.access.actor import Role
from app.access.permissions import Permission
from app.domain.as_of import AsOf, is_quarter_end, last_quarter_end
from app.domain.mentorship import UNDERWAY, MentorshipState, add_months
from app.domain.suppression import Cell as Group
from app.domain.suppression import Line, Why, suppress
from app.infra.clock import local
from app.infra.templating import long_date
from app.ladders.queries import list_adopted
from app.mentoring.models import GoalOutcome
from app.mentoring.queries.overview import count_concluded
from app.reports.catalogue import Definition
from app.reports.charts import Series, SmallMultiples
from app.reports.criteria import Criteria
from app.reports.findings import Cell, Column, Findings, FixedRows, Hidden, Kind, Note, Row, Table
from app.reports.queries import mentoring as queries
from app.reports.queries.mentoring import MONTHS_SHOWN, Matched, Profile, PublishedRound, StateCount

QUESTION = "Does mentoring reach those who look for it?"
STEP = 5
"""Outcomes of goals are counted for so many mentorships more at once, so that no count tells of one pair (house)."""
NOTHING = (MentorshipState.DECLINED, MentorshipState.WITHDRAWN, MentorshipState.EXPIRED)
OUTCOMES: Mapping[GoalOutcome | None, str] = {
    GoalOutcome.MET: "Met",
    GoalOutcome.PARTLY: "Partly met",
    GoalOutcome.NOT: "Not met",
    None: "No outcome written down",
}
NO_LEVEL = "Without a level"
NOT_RECORDED = "Not recorded"
WHAT = Column("what", "What")
NUMBER = Column("number", "Number", Kind.COUNT)
MATCH_COLUMNS = (
    Column("mentees", "Mentees", Kind.COUNT),
    Column("matched", "Matched", Kind.COUNT),
    Column("share", "Share matched", Kind.SHARE),
    Column("score", "Mean score", Kind.NUMBER, decimals=0, note="Of 1000, over the pairs"),
)


def find(criteria: Criteria) -> Findings:
    """Say how mentoring stands today, and how the round came out that was published last."""
    on, k = criteria.today, criteria.k
    states = queries.count_states(on)
    profiles = queries.list_profiles(on)
    run = queries.find_published_round()
    tables = [
        _pairs(states, k),
        _waiting(profiles, on, k),
        _load(profiles, k),
        _spread(profiles, k),
        _months(on, k),
        _ended(states, k),
        _goals(on, k),
    ]
    tables += _round_tables(criteria, run)
    return Findings(
        question=QUESTION,
        answer=_answer(states, profiles, on, k),
        rest=_rest(run),
        scope=f"The whole company, {long_date(on)}",
        tables=tuple(tables),
        charts=_charts(tables),
        hidden=_hidden(tables, k),
        notes=_notes(criteria, run),
    )


def _line(counts: Sequence[tuple[str, int]], k: int) -> Line:
    return suppress([Group(name, number) for name, number in counts], k, is_sensitive=False)


def _counted(counts: Sequence[tuple[str, int]], k: int) -> list[Row]:
    """Return lines of counts of people, few of them hidden so that none follows from the others."""
    line = _line(counts, k)
    rows: list[Row] = [
        (name, Hidden(line.hidden[name], k) if name in line.hidden else number) for name, number in counts
    ]
    if not any(number for _, number in counts):
        return rows
    return [*rows, ("Together", line.total.n if line.total and line.total.n >= k else Hidden(Why.PROTECTS, k))]


def _pairs_of(states: Sequence[StateCount]) -> list[tuple[str, int]]:
    found = Counter({one.state: one.number for one in states})
    paused = found[MentorshipState.PAUSED]
    return [
        ("Under way", sum(found[one] for one in UNDERWAY) - paused),
        ("Paused", paused),
        ("Proposed or asked for", found[MentorshipState.PROPOSED]),
        ("Came to nothing", sum(found[one] for one in NOTHING)),
    ]


def _pairs(states: Sequence[StateCount], k: int) -> Table:
    rows = _counted(_pairs_of(states), k)
    remark = "Facts alone: who declined, and what a pair writes, is nobody’s else."
    return Table("pairs", "Pairs by state", (WHAT, NUMBER), FixedRows(rows), remark)


def _weeks(profiles: Sequence[Profile], on: date) -> list[Fraction]:
    """Return how many weeks each mentee has waited who looks for a mentor and has none."""
    return sorted(
        Fraction((on - local(one.seeks_since).date()).days, 7)
        for one in profiles
        if one.seeks_since is not None and not one.has_mentor
    )


def _waiting(profiles: Sequence[Profile], on: date, k: int) -> Table:
    weeks = _weeks(profiles, on)
    if 0 < len(weeks) < k:
        row: Row = tuple(Hidden(Why.FEW, k) for _ in range(3))
    else:
        row = (len(weeks), median(weeks) if weeks else None, max(weeks, default=None))
    columns = (
        Column("people", "People who wait", Kind.COUNT),
        Column("median", "Median, weeks", Kind.NUMBER),
        Column("longest", "Longest, weeks", Kind.NUMBER),
    )
    return Table("waiting", "Who looks for a mentor and has none", columns, FixedRows([row]))


def _load(profiles: Sequence[Profile], k: int) -> Table:
    mentors = [one for one in profiles if one.offers]
    taken = sum(min(one.mentees, one.capacity) for one in mentors)
    places = sum(one.capacity for one in mentors)
    # Places that are taken are people, and so are those that are left of a number that stands.
    few_taken = 0 < taken < k
    few = 0 < len(mentors) < k
    figures = (
        ("Mentors who offer their time", len(mentors), few),
        ("Places", places, few),
        ("Places taken", taken, few or few_taken),
        ("Places free", sum(max(0, one.capacity - one.mentees) for one in mentors), few or few_taken),
    )
    rows: list[Row] = [(name, Hidden(Why.FEW, k) if is_hidden else number) for name, number, is_hidden in figures]
    return Table("load", "Places of mentors", (WHAT, NUMBER), FixedRows(rows))


def _spread(profiles: Sequence[Profile], k: int) -> Table:
    carrying = Counter(one.mentees for one in profiles if one.offers or one.mentees)
    most = max(carrying, default=0)
    counts = [(_mentees(number), carrying[number]) for number in range(most + 1)] if carrying else []
    columns = (Column("carry", "With so many mentees"), Column("mentors", "Mentors", Kind.COUNT))
    empty = "Nobody offers to mentor yet."
    return Table("spread", "How mentees are spread over mentors", columns, FixedRows(_counted(counts, k)), empty=empty)


def _mentees(number: int) -> str:
    return {0: "None", 1: "1 mentee"}.get(number, f"{number} mentees")


def _months(on: date, k: int) -> Table:
    """Return the sessions of each month. A month in which few pairs met is hidden: it would tell of those."""
    found = {(one.year, one.month): one for one in queries.list_months(on)}
    rows: list[Row] = []
    for back in range(MONTHS_SHOWN - 1, -1, -1):
        first = add_months(on.replace(day=1), -back)
        one = found.get((first.year, first.month))
        few = Hidden(Why.FEW, k) if one is not None and one.pairs < k else None
        rows.append((first, few or (one.sessions if one else 0), few or (one.pairs if one else 0)))
    columns = (
        Column("month", "Month from", Kind.DAY),
        Column("sessions", "Sessions held", Kind.COUNT),
        Column("pairs", "Pairs that met", Kind.COUNT),
    )
    return Table("sessions", "Sessions held, by month", columns, FixedRows(rows))


def _ended(states: Sequence[StateCount], k: int) -> Table:
    recent = {one.state: one.recent for one in states}
    counts = [
        ("Completed", recent.get(MentorshipState.COMPLETED, 0)),
        ("Ended early", recent.get(MentorshipState.ENDED_EARLY, 0)),
    ]
    remark = "In the last twelve months. Ending early needs no reason and is nobody’s fault."
    return Table("ended", "How mentorships ended", (WHAT, NUMBER), FixedRows(_counted(counts, k)), remark)


def _goals(on: date, k: int) -> Table:
    concluded = count_concluded(on, -(-k // STEP) * STEP)
    counts = [(words, concluded.goals.get(one, 0)) for one, words in OUTCOMES.items()] if concluded.mentorships else []
    remark = (
        f"Of the first {concluded.mentorships} mentorships that completed; {STEP} more are counted at once."
        if concluded.mentorships
        else ""
    )
    empty = "Too few mentorships have completed to say what became of their goals."
    return Table("goals", "What became of goals", (WHAT, NUMBER), FixedRows(_counted(counts, k)), remark, empty)


def _matched_rows(found: Sequence[tuple[tuple[str, ...], Matched]], k: int, *, is_sensitive: bool) -> list[Row]:
    """Return lines of a round; a mean over few pairs is hidden too, and with it the mean of all.

    What all make together is known, from other lines of the same round and its own page. So nothing rests on hiding
    it: where a line could only be protected by that, none is shown, and of means neither.
    """
    groups = {str(place): (names, one) for place, (names, one) in enumerate(found)}
    line = suppress(
        [Group(key, one.mentees, one.matched) for key, (_, one) in groups.items()], k, is_sensitive=is_sensitive
    )
    hidden = line.hidden if line.total else {key: line.hidden.get(key, Why.PROTECTS) for key in groups}
    few = [one.matched for key, (_, one) in groups.items() if one.matched and (key in hidden or one.matched < k)]
    has_few = bool(few)
    tells_means = not few or (len(few) > 1 and sum(few) >= k)
    rows: list[Row] = []
    for key, (names, one) in groups.items():
        if key in hidden:
            rows.append((*names, *(Hidden(hidden[key], k) for _ in MATCH_COLUMNS)))
            continue
        mean_hidden = Hidden(Why.FEW, k) if 0 < one.matched < k else None if tells_means else Hidden(Why.PROTECTS, k)
        rows.append((*names, one.mentees, one.matched, _share(one), mean_hidden or _mean(one)))
    whole = Matched(
        sum(one.mentees for _, one in found), sum(one.matched for _, one in found), sum(one.score for _, one in found)
    )
    if line.total is not None and whole.mentees >= k:
        mean: Cell = Hidden(Why.PROTECTS, k) if has_few or line.hidden else _mean(whole)
        blank = [""] * (len(found[0][0]) - 1)
        rows.append(("Everybody", *blank, whole.mentees, whole.matched, _share(whole), mean))
    return rows


def _without(whole: Iterable[Matched], part: Iterable[Matched]) -> Matched:
    """Return what is left of all mentees besides some of them."""
    every, some = list(whole), list(part)
    return Matched(
        sum(one.mentees for one in every) - sum(one.mentees for one in some),
        sum(one.matched for one in every) - sum(one.matched for one in some),
        sum(one.score for one in every) - sum(one.score for one in some),
    )


def _share(one: Matched) -> Fraction | None:
    return Fraction(one.matched, one.mentees) if one.mentees else None


def _mean(one: Matched) -> Fraction | None:
    return Fraction(one.score, one.matched) if one.matched else None


def _sees_groups(criteria: Criteria) -> bool:
    """Say whether figures by group are for the viewer: for HR, and the command line (access matrix, row 35)."""
    return criteria.viewer.actor is None or criteria.viewer.actor.has_role(Role.HR)


def _told_on(run: PublishedRound) -> date:
    """Return the one day whose groups a round is told by: the first end of a quarter from its publication on.

    Another day would have other people in a group, and the difference of two days would tell of those.
    """
    published = local(run.published_at).date()
    return published if is_quarter_end(published) else last_quarter_end(add_months(published.replace(day=1), 3))


def _round_tables(criteria: Criteria, run: PublishedRound | None) -> list[Table]:
    if run is None:
        return []
    titles = {edition.ladder.lineage: edition.ladder.title for edition in list_adopted()}
    has_groups = _sees_groups(criteria) and _told_on(run) <= criteria.today
    found = queries.read_round(
        run.run_id, AsOf(local(run.published_at).date()), AsOf(_told_on(run)) if has_groups else None
    )
    levels = [((titles.get(ladder, ladder), level or NO_LEVEL), one) for (ladder, level), one in found.by_level.items()]
    tables = [
        Table(
            "round_by_level",
            f"The round {run.name}, by level of the mentee",
            (Column("ladder", "Ladder"), Column("level", "Level"), *MATCH_COLUMNS),
            FixedRows(_matched_rows(levels, criteria.k, is_sensitive=False)),
            remark=f"Levels as they were known on {long_date(local(run.published_at).date())}.",
            empty="The round had no mentees.",
        )
    ]
    if has_groups:
        rows: list[Row] = []
        for dimension in sorted({name for name, _ in found.by_group}):
            part = [((name, value), one) for (name, value), one in found.by_group.items() if name == dimension]
            without = _without(found.by_level.values(), [one for _, one in part])
            # They stand with the groups, or the sums of levels and groups would tell of them.
            part += [((dimension, NOT_RECORDED), without)] if without.mentees else []
            rows += _matched_rows(part, criteria.k, is_sensitive=True)
        tables.append(
            Table(
                "round_by_group",
                f"The round {run.name}, by group",
                (Column("dimension", "Dimension"), Column("group", "Group"), *MATCH_COLUMNS),
                FixedRows(rows),
                remark=f"Groups as they were known on {long_date(_told_on(run))}; a difference is a reason to look.",
                empty="No groups are recorded for the mentees of this round.",
            )
        )
    return tables


def _answer(states: Sequence[StateCount], profiles: Sequence[Profile], on: date, k: int) -> str:
    counts = dict(_pairs_of(states))
    underway = counts["Under way"] + counts["Paused"]
    waiting = len(_weeks(profiles, on))
    if not underway and not waiting:
        return "Nobody has a mentor, and nobody looks for one yet."
    # A sum of what the table hides is not said here either.
    shown = {row[0]: row[1] for row in _counted(_pairs_of(states), k)}
    is_told = isinstance(shown["Under way"], int) and isinstance(shown["Paused"], int)
    pairs = "Some pairs are under way"
    if is_told:
        pairs = f"{underway} pairs are under way" if underway else "No pair is under way"
    if not waiting:
        return f"{pairs}, and nobody waits for a mentor."
    return f"{pairs}, and {waiting if waiting >= k else f'fewer than {k}'} people wait for a mentor."


def _rest(run: PublishedRound | None) -> str:
    if run is None:
        return "No round of matching has been published yet."
    return f"The last round, {run.name}, was published on {long_date(local(run.published_at).date())}."


def _charts(tables: Sequence[Table]) -> tuple[SmallMultiples, ...]:
    """Return the sessions by month as a line, where any month may be told."""
    (sessions,) = (table for table in tables if table.key == "sessions")
    points = []
    for month, number, _ in sessions.rows.stream():
        points.append((month, number if isinstance(number, int) else None))
    if not any(number for _, number in points):
        return ()
    return (
        SmallMultiples(
            "Sessions held, by month",
            "How many sessions pairs held in each of the last twelve months. The same figures stand in the table.",
            (Series("All pairs", tuple(points)),),  # type: ignore[arg-type]
            y_label="sessions",
        ),
    )


def _hidden(tables: Sequence[Table], k: int) -> tuple[str, ...]:
    names = [
        table.title for table in tables if any(isinstance(cell, Hidden) for row in table.rows.stream() for cell in row)
    ]
    if not names:
        return ()
    return tuple(
        f"{name}: figures that count fewer than {k} people, or from which those would follow." for name in names
    )


def _notes(criteria: Criteria, run: PublishedRound | None) -> tuple[Note, ...]:
    notes = [
        Note(
            "Counts alone",
            "No name, no word of a pair and no reason stands here. Whoever waits longest comes first among equals in a "
            "round; shares and scores differ with what mentors can offer, and are a reason to look and not a finding.",
        ),
        Note(
            "Of today",
            "Mentoring stands as of today: what mentors offer and who waits is known of today alone, so that this "
            "report has no other day.",
        ),
    ]
    if run is not None and _sees_groups(criteria) and _told_on(run) > criteria.today:
        notes.append(
            Note(
                "By group",
                f"The round is told by group from {long_date(_told_on(run))} on, the first end of a quarter after it.",
            )
        )
    return tuple(notes)


DEFINITION = Definition(
    name="mentoring",
    title="Mentoring",
    question=QUESTION,
    permission=Permission.Report.OPEN_MENTORING,
    takes=frozenset(),
    find=find,
)
