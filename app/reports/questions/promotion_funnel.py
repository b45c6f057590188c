"""Who gets from eligible to nominated to promoted, and whether groups fare alike.

By group there are the ends of quarters alone, and no filter but the ladder: from two days, or two filters, that differ
by few people the difference would tell of those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from app.access.permissions import Permission
from app.domain.as_of import AsOf, Known, is_quarter_end, last_quarter_end, quarter_ends
from app.domain.errors import InvalidError
from app.domain.funnel import Passage, Stage, suppress_cycles, suppress_funnel, tell_of_few, together
from app.domain.suppression import Line
from app.infra.templating import long_date
from app.reports.catalogue import Definition
from app.reports.criteria import AS_OF, GROUP, LADDER, Criteria
from app.reports.findings import Choice, ChoiceGroup, Findings, Note
from app.reports.queries.promotion_funnel import (
    CountedCycle,
    Held,
    count_afterwards,
    count_by_cycle,
    count_by_group,
    count_everybody,
    list_counted_cycles,
    list_dimensions,
    list_told_cycles,
)
from app.reports.queries.spells import Ladders, read_ladders
from app.reports.questions.asked import count_of, ladder_choices, lineage_of, said_hidden
from app.reports.questions.funnel_tables import (
    GROUPS_TITLE,
    STAGE_WORDS,
    afterwards_table,
    compared_at,
    cycle_table,
    dot_plots,
    funnel_chart,
    group_table,
    no_table,
)

QUESTION = "Who gets from eligible to promoted, and do groups fare alike?"
HELD_WORDS = {Held.LEVEL: "Level held", Held.LADDER: "Ladder"}
ALONE_TOLD = "Groups are compared at the ends of quarters alone: two days close to each other would tell of few people."
FLAGS = Note(
    "A flag is a reason to look, not a finding.",
    "It says that a group’s rate is below four fifths of the highest rate. The four-fifths rule is guidance of the "
    "United States (29 CFR 1607.4 D) and no legal advice. Where one selection more in the group and one less in the "
    "top group would turn the order round, there are too few people to tell.",
)
COUNTING = Note(
    "What is counted",
    "Eligible: who stood on the eligibility list of a cycle and was kept from it by no rule, or by one that HR waived. "
    "Nominated: of those, who has a case in that cycle, whoever proposed it and however it ended. Promoted: who was "
    "recorded as told so by the day. Cycles count once they are communicated, and by group once everybody in them was "
    "told; somebody eligible in two cycles counts in each.",
)
STATISTICS = Note(
    "How to read the figures",
    "The interval holds the true rate in 19 of 20 cases (Wilson). The impact ratio is the rate divided by the highest "
    "one among groups that are shown and hold 2% of the pool. The shortfall is how many more would have been selected "
    "at the rate of all; below zero it is a surplus. p is Fisher’s exact test against the top group, and “adjusted” "
    "is corrected for the number of groups (Holm).",
)


def find(criteria: Criteria) -> Findings:
    """Return the funnel of the year up to the day. InvalidError at the day, the group or the ladder that is no use."""
    ladders = read_ladders()
    lineage = lineage_of(criteria, ladders)
    dimensions = list_dimensions()
    group = _group_of(criteria, dimensions)
    # Until its last day is over, a quarter may still come to say something else.
    over = last_quarter_end(criteria.today - timedelta(days=1))
    day = criteria.day if AS_OF in criteria.text else over
    if group is not None and (not is_quarter_end(day) or day > over):
        last = min(last_quarter_end(day), over)
        raise InvalidError(f"{ALONE_TOLD} The last one that is over is {last.isoformat()}.", field=AS_OF)
    as_of = AsOf(day, Known.THEN)
    cycles = list_counted_cycles(day) if group is None else list_told_cycles(day)
    asked = _Asked(criteria, ladders, dimensions, cycles, as_of, group, lineage)
    if not cycles and group is not None:
        return asked.sentence(
            f"In no promotion cycle everybody had been told in {day.year} up to {long_date(day)}.",
            "By group a cycle counts once it is recorded of all its candidates that they were told; before, each "
            "further one would tell of a single person.",
        )
    if not cycles:
        return asked.sentence(
            f"No promotion cycle was communicated in {day.year} up to {long_date(day)}.",
            "A cycle counts from the day on which its decisions are communicated. Choose another day to see earlier "
            "ones.",
        )
    return _by_cycle(asked) if group is None else _by_group(asked, group)


def _group_of(criteria: Criteria, dimensions: Sequence[str]) -> str | None:
    if criteria.group is not None and criteria.group not in {*Held, *dimensions}:
        raise InvalidError("There are no such groups. Choose one of the list.", field=GROUP)
    return criteria.group


class _Asked:
    """What is asked for, and what every answer to it says."""

    def __init__(
        self,
        criteria: Criteria,
        ladders: Ladders,
        dimensions: Sequence[str],
        cycles: Sequence[CountedCycle],
        as_of: AsOf,
        group: str | None,
        lineage: str | None,
    ) -> None:
        self.criteria, self.ladders, self.cycles, self.as_of = criteria, ladders, cycles, as_of
        self.group, self.lineage, self.k = group, lineage, criteria.k
        self.is_sensitive = group is not None and group not in set(Held)
        named = [*((one.value, HELD_WORDS[one]) for one in Held), *((one, words_of(one)) for one in dimensions)]
        pills = (Choice("No groups", {GROUP: None}, group is None),
                 *(Choice(words, {GROUP: one}, group == one) for one, words in dict(named).items()))  # fmt: skip
        self.choices = (ChoiceGroup("Compare", pills), *ladder_choices(ladders, lineage, with_all=True))
        self.group_words = dict(named).get(group, "") if group else ""

    @property
    def day(self) -> date:
        return self.as_of.day

    @property
    def scope(self) -> str:
        """Return which ladder, cycles and day an answer covers."""
        ladder = f"{self.ladders.of(self.lineage)[0].ladder}: " if self.lineage else ""
        known = ", groups as known then" if self.is_sensitive else ""
        cycles = count_of(len(self.cycles), "cycle") if self.cycles else "No cycle"
        counted = "communicated" if self.group is None else "in which everybody was told"
        return f"{ladder}{cycles} {counted} in {self.day.year} up to {long_date(self.day)}{known}"

    def sentence(self, answer: str, rest: str, hidden: tuple[str, ...] = ()) -> Findings:
        """Return an answer without figures."""
        return Findings(
            QUESTION, answer, (no_table(),), rest, self.scope, choices=self.choices, hidden=hidden, notes=(COUNTING,),
            ladders=self.ladders.editions,
        )  # fmt: skip

    def too_few(self, everybody: Passage) -> Findings:
        """Return what is said of fewer than k people, or of nobody."""
        if not everybody.people:
            return self.sentence("Nobody could be nominated in these cycles.", "Their lists hold nobody eligible.")
        few = f"fewer than {self.k} people"
        return self.sentence(
            f"There were {few} to nominate, so no figures are shown.",
            "In so small a group every figure would tell of single people.",
            (f"All figures, because they would count {few}.",),
        )

    def funnel(self, passages: Sequence[Passage]) -> dict[Stage, Line]:
        """Return counts as they may be shown."""
        return suppress_funnel(passages, self.k, is_sensitive=self.is_sensitive)

    def refuse_a_close_ladder(self, own: Mapping[Stage, Line], whole: Mapping[Stage, Line]) -> None:
        """Refuse a ladder where the company's figures and its own would tell of the few people on other ladders."""
        if tell_of_few(own, whole, self.k, is_sensitive=self.is_sensitive):
            raise InvalidError(
                f"With this ladder the figures would differ from the whole company’s by fewer than {self.k} people in "
                "some group, and the difference would tell of those. Take the ladder off.",
                field=LADDER,
            )


def words_of(dimension: str) -> str:
    """Return how a page names a dimension.

    >>> words_of("cost_centre")
    'Cost centre'
    """
    words = dimension.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


# Without groups --------------------------------------------------------------------------------------------


def _by_cycle(asked: _Asked) -> Findings:
    everybody = count_everybody(asked.cycles, asked.as_of, asked.lineage)
    if everybody.people < asked.k:
        return asked.too_few(everybody)
    passages = count_by_cycle(asked.cycles, asked.as_of, asked.lineage)
    lines = suppress_cycles(passages, everybody, asked.k)
    if asked.lineage:
        company = count_everybody(asked.cycles, asked.as_of)
        asked.refuse_a_close_ladder(lines, suppress_cycles(count_by_cycle(asked.cycles, asked.as_of), company, asked.k))
    names = {str(one.id): one.name for one in asked.cycles}
    table = cycle_table(lines, names, asked.k, f"All cycles of {asked.day.year}")
    tables = [table]
    if asked.lineage is None:
        afterwards = count_afterwards(asked.cycles, asked.as_of)
        tables.append(afterwards_table(afterwards, asked.k, has_promotions=lines[Stage.WHOLE].total is not None))
    hidden = [said for one in tables for said in said_hidden([c for row in one.rows.stream() for c in row], one.title)]
    answer, rest = _said_of_the_year(asked, everybody, lines)
    return Findings(
        question=QUESTION,
        answer=answer,
        rest=rest,
        tables=tuple(tables),
        scope=asked.scope,
        charts=(funnel_chart(lines, everybody, asked.day),),
        choices=asked.choices,
        hidden=tuple(hidden),
        notes=(COUNTING,),
        ladders=asked.ladders.editions,
    )


def _said_of_the_year(asked: _Asked, everybody: Passage, lines: Mapping[Stage, Line]) -> tuple[str, str]:
    whole = lines[Stage.WHOLE].total
    of = f"Of {everybody.eligible} eligible in {asked.day.year} up to {long_date(asked.day)}, {everybody.nominated}"
    were = "was" if everybody.nominated == 1 else "were"
    if whole is None:
        return f"{of} {were} nominated.", "How many were promoted is hidden, because so few were nominated."
    twice = " Somebody eligible in two cycles counts in each." if len(asked.cycles) > 1 else ""
    return f"{of} {were} nominated and {whole.selected} promoted.", f"Choose groups to compare their rates.{twice}"


# By group --------------------------------------------------------------------------------------------------


def _by_group(asked: _Asked, group: str) -> Findings:
    passages = count_by_group(asked.cycles, asked.as_of, group, asked.lineage)
    everybody = together("", passages)
    if everybody.people < asked.k:
        return asked.too_few(everybody)
    lines = asked.funnel(passages)
    if asked.lineage:
        asked.refuse_a_close_ladder(lines, asked.funnel(count_by_group(asked.cycles, asked.as_of, group)))
    before = _published_before(asked, group)
    if before is not None and tell_of_few(before, lines, asked.k, is_sensitive=asked.is_sensitive):
        return asked.sentence(
            f"The figures of {long_date(asked.day)} are told with those of the next quarter.",
            f"In some group they differ by fewer than {asked.k} people from those of an earlier quarter of "
            f"{asked.day.year}; the difference would tell of those.",
            (f"All figures by group, because they would tell of fewer than {asked.k} people.",),
        )
    names = _names(asked, passages)
    compared = {stage: compared_at(lines[stage]) for stage in Stage}
    table = group_table(lines, compared, names, asked.k, asked.group_words)
    hidden = said_hidden([cell for row in table.rows.stream() for cell in row], GROUPS_TITLE)
    answer, rest = _said_of_groups(asked, lines, names)
    return Findings(
        question=QUESTION,
        answer=answer,
        rest=rest,
        tables=(table,),
        scope=asked.scope,
        charts=dot_plots(compared, names),
        choices=asked.choices,
        hidden=hidden,
        notes=(FLAGS, COUNTING, STATISTICS),
        ladders=asked.ladders.editions,
    )


def _published_before(asked: _Asked, group: str) -> dict[Stage, Line] | None:
    """Return what was published last of the same year before the day; None where nothing was.

    A quarter that differed by few people from the one before was not published either. All is computed anew: each
    quarter says the same for ever, so that nobody has to keep what was once shown.
    """
    published: dict[Stage, Line] | None = None
    ends = quarter_ends(asked.day.replace(month=1, day=1), asked.day)
    for day in sorted(end for end in ends if end < asked.day):
        cycles = [one for one in asked.cycles if one.counted_from <= day]
        if not cycles:
            continue
        lines = asked.funnel(count_by_group(cycles, AsOf(day, Known.THEN), group, asked.lineage))
        if published is None or not tell_of_few(published, lines, asked.k, is_sensitive=asked.is_sensitive):
            published = lines
    return published


def _names(asked: _Asked, passages: Sequence[Passage]) -> dict[str, str]:
    if asked.group == Held.LEVEL:
        return {one.key: asked.ladders.rung(*one.key.rsplit(" ", 1)).title for one in passages}
    if asked.group == Held.LADDER:
        return {one.key: asked.ladders.rung(one.key, "").ladder for one in passages}
    return {one.key: one.key or "Not recorded" for one in passages}


def _said_of_groups(asked: _Asked, lines: Mapping[Stage, Line], names: Mapping[str, str]) -> tuple[str, str]:
    if not any(compared_at(lines[stage]) for stage in Stage):
        return (
            "The groups are too small to be compared.",
            "Shown beside what all make together, any of them would tell of the few people in another one.",
        )
    flagged = [
        f"{names[one.group.key]}, {STAGE_WORDS[stage].lower()}"
        for stage in Stage
        for one in compared_at(lines[stage])
        if one.is_flagged
    ]
    by = asked.group_words.lower()
    untold = "" if lines[Stage.WHOLE].shown else " Of promotions too few can be told by group."
    if not flagged:
        return f"By {by}, no group that is shown carries a flag.", f"That proves nothing either way.{untold}"
    said = count_of(len(flagged), "rate is", "rates are")
    return f"By {by}, {said} below four fifths of the highest: a reason to look.", f"{'; '.join(flagged)}.{untold}"


DEFINITION = Definition(
    name="promotion-funnel",
    title="Promotion funnel",
    question=QUESTION,
    permission=Permission.Report.OPEN_FAIRNESS,
    takes=frozenset({AS_OF, LADDER, GROUP}),
    find=find,
    only_quarter_ends=True,
)
