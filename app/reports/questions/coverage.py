"""The report on coverage: who can take a ticket at each tier, and how far one can be passed up.

It is about places. People are named only as far as the reader may read them, and nothing is suppressed; a file that
leaves the company holds no names, and no table that would tell of single people without them.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.access.permissions import Permission
from app.domain.as_of import Known
from app.domain.coverage import Coverage, TierCover
from app.infra.templating import join_words, long_date, number_word
from app.people.queries.tiers import OnLadder, SupportLadder, TeamOnLadder
from app.reports.catalogue import Definition
from app.reports.charts import Cover, CoverCell, CoverChart, CoverRow
from app.reports.criteria import AS_OF, KNOWN, LADDER, TEAM, Criteria
from app.reports.findings import Findings, FixedRows, Note, Table
from app.reports.queries.coverage import CoverageData, KnownPeople, read_coverage
from app.reports.questions.asked import count_of, known_words
from app.reports.questions.coverage_rows import (
    LEVEL_COLUMNS,
    MEND_COLUMNS,
    TEAM_COLUMNS,
    TIER_COLUMNS,
    MendRows,
    here_of,
    holders_of,
    level_rows,
    names_told,
    outside_told,
    team_rows,
    tier_rows,
)
from app.reports.scope import is_company_wide

QUESTION = "Who can take a ticket at each tier?"
MOST_IN_CHART = 30
MOST_NAMES = 4
NAMED_TEAMS = 3
WHY_NAMES = Note(
    "Why names stand here",
    "Coverage is about places, not about how well anybody works. Whoever holds a higher level holds the tiers below as "
    "well. A file for outside the company leaves the names out.",
)
HOW_TO_READ = Note(
    "How to read it",
    "The bus factor is how many holders, chosen badly, have to leave until a required tier has nobody. An external or "
    "shared holder counts as one, for the tier that they are named for alone. The escalation path is complete when "
    "every tier up to the highest required one has a holder.",
)


def find(criteria: Criteria) -> Findings:
    """Say who can take a ticket at each tier. InvalidError at a ladder that did not count on the day."""
    data = read_coverage(criteria)
    answer, rest = _answer(data)
    is_inside = not criteria.is_for_outside
    hidden = (
        "Names, numbers of holders, who is nearest to a place, and which team holds which level stay in the company."
    )
    not_counted = "Numbers of holders in teams with people who do not report to you: how well a tier is held is told."
    has_uncounted = is_inside and not all(data.tells_counts(team) for team in data.covers)
    return Findings(
        question=QUESTION,
        answer=answer,
        rest=rest,
        scope=_scope(criteria),
        tables=_tables(data, is_inside=is_inside),
        charts=tuple(chart for ladder in _ladders(data) if (chart := _chart(data, ladder))),
        hidden=(not_counted,) if has_uncounted else () if is_inside else (hidden,),
        notes=(WHY_NAMES, HOW_TO_READ, *_on_usual_needs(data)),
        ladders=tuple(edition.name for edition in data.editions),
        is_named=True,
    )


def _scope(criteria: Criteria) -> str:
    whole = is_company_wide(criteria.viewer)
    whom = "Every team" if whole else "Teams in which somebody reports to you today"
    return f"{whom}, on {long_date(criteria.day)}{known_words(criteria.as_of, criteria.today)}"


def _ladders(data: CoverageData) -> list[SupportLadder]:
    return list({team.ladder.lineage: team.ladder for team in data.covers}.values())


def _tables(data: CoverageData, *, is_inside: bool) -> tuple[Table, ...]:
    none = "No team has people on a ladder with tiers, or was told what it needs."
    tables = [
        Table("tiers", "Teams and tiers", TIER_COLUMNS, tier_rows(data), empty=none),
        Table("teams", "Escalation path of each team", TEAM_COLUMNS, team_rows(data), empty=none),
    ]
    if not is_inside:
        return tuple(tables)
    today = data.criteria.day == data.criteria.today
    mend = Table(
        "mend",
        "What would mend it",
        MEND_COLUMNS,
        MendRows(data) if today else FixedRows(()),
        remark="Everybody of the team one level below, by name, with what the next level still asks of them.",
        empty="No required tier is short of holders." if today else "This is told of today alone.",
    )
    levels = Table(
        "levels",
        "Which team holds which level",
        LEVEL_COLUMNS,
        level_rows(data),
        remark="All ladders. Only people whose level you may read are counted.",
        empty="Nobody whose level you may read is in these teams.",
    )
    return (*tables, mend, levels)


def _on_usual_needs(data: CoverageData) -> tuple[Note, ...]:
    number = sum(not team.is_set for team in data.covers)
    if not number:
        return ()
    words = (
        f"Nobody has set what {count_of(number, 'team needs', 'teams need')}. The usual needs stand in: every tier but "
        "the last, enough from one holder, safe from two. A team’s page sets its own."
    )
    return (Note("The usual needs", words),)


# The answer ---------------------------------------------------------------------------


def _answer(data: CoverageData) -> tuple[str, str]:
    teams = [team for team in data.covers if team.cover.required]
    if not teams:
        return _nothing(data)
    broken = [team for team in teams if not team.cover.is_path_complete]
    of = f"{number_word(len(teams))} {'team' if len(teams) == 1 else 'teams'}"
    complete = len(teams) - len(broken)
    if not broken:
        answer = {1: "The one team can", 2: "Both teams can"}.get(len(teams), f"All {of} can")
    else:
        answer = f"{(number_word(complete) if complete else 'none').capitalize()} of {of} can"
    counted = [team for team in teams if data.tells_counts(team)]
    alone = sum(len(team.cover.single_points) for team in counted)
    return (
        f"{answer} pass a ticket up to the last tier that {'it needs' if len(teams) == 1 else 'they need'}.",
        " ".join(
            part
            for part in (_broken_words(broken), _short_words(counted, teams), _alone_words(alone, is_more=bool(broken)))
            if part
        ),
    )


def _nothing(data: CoverageData) -> tuple[str, str]:
    criteria = data.criteria
    if criteria.day < criteria.today and criteria.as_of.known is Known.THEN and not data.levels:
        return (
            f"On {long_date(criteria.day)} nothing was recorded here yet.",
            "Look at the day as corrected since, with what was recorded of it later.",
        )
    if not any(edition.ladder.escalation for edition in data.editions):
        rest = "A ladder has tiers when its file says when a ticket is passed from one level to the next."
        return "No ladder with tiers counts here.", rest
    rest = "Tiers appear once somebody holds a level on a ladder with tiers, or a team’s page says what it needs."
    return "No team needs a tier.", rest


def _broken_words(broken: Sequence[TeamOnLadder]) -> str:
    if len(broken) == 1:
        (team,) = broken
        tiers = join_words(one.tier for one in team.cover.breaks)
        there = "there" if len(team.cover.breaks) == 1 else "in those places"
        return f"{team.team} has nobody at {tiers}, so its path breaks {there}."
    if len(broken) <= NAMED_TEAMS:
        names = join_words(dict.fromkeys(team.team for team in broken))
        return f"In {names} the path breaks." if names else ""
    return f"In {number_word(len(broken))} teams the path breaks."


def _short_words(counted: Sequence[TeamOnLadder], teams: Sequence[TeamOnLadder]) -> str:
    """Say which tiers somebody holds, and fewer than the team needs: the path does not break there.

    How many are missing is told of the teams whose holders are counted.
    """
    short = [(team, one) for team in teams for one in team.cover.required if one.coverage is Coverage.RED]
    short = [(team, one) for team, one in short if one.holders]
    if not short:
        return ""
    if len(short) <= NAMED_TEAMS:
        where = join_words(
            f"{team.team} at {one.tier.id}" + (f" ({one.words})" if team in counted else "") for team, one in short
        )
        return f"Short of holders: {where}."
    return f"{number_word(len(short)).capitalize()} tiers have fewer holders than their teams need."


def _alone_words(alone: int, *, is_more: bool) -> str:
    if not alone:
        return ""
    more = " more" if is_more else ""
    if alone == 1:
        return f"One{more} place hangs on one person."
    return f"{number_word(alone).capitalize()}{more} places hang on one person each."


# The chart ----------------------------------------------------------------------------


def _chart(data: CoverageData, ladder: SupportLadder) -> CoverChart | None:
    """Return the map of the teams on one ladder; of very many, those whose path breaks come first."""
    teams = [team for team in data.covers if team.ladder.lineage == ladder.lineage and team.cover.required]
    if not teams:
        return None
    shown = teams
    if len(teams) > MOST_IN_CHART:
        # Sorting keeps the order of the names within those that break and those that do not.
        shown = sorted(teams, key=lambda team: team.cover.is_path_complete)[:MOST_IN_CHART]
    title = f"{ladder.title}: teams and tiers"
    if len(shown) < len(teams):
        title = f"{title}, {len(shown)} of {len(teams)} teams, those first whose path breaks"
    is_inside = not data.criteria.is_for_outside
    people: KnownPeople = data.people(team.team_id for team in shown) if is_inside else {}
    return CoverChart(
        title,
        f"For each team and tier: how it is held, by how many, and by whom, on {long_date(data.criteria.day)}.",
        tuple((tier.id, tier.rank, ladder.words(tier.id)) for tier in ladder.tiers),
        tuple(_row(data, team, here_of(people, team)) for team in shown),
    )


def _row(data: CoverageData, team: TeamOnLadder, people: Sequence[OnLadder]) -> CoverRow:
    cells = tuple(_cell(data, team, one, people) for one in team.cover.tiers)
    weakest = _weakest(team) if data.tells_counts(team) else ""
    path = weakest if team.cover.is_path_complete else team.cover.path
    return CoverRow(team.team, "", cells, team.cover.is_path_complete, path, "" if team.is_set else "The usual needs")


def _cell(data: CoverageData, team: TeamOnLadder, one: TierCover, people: Sequence[OnLadder]) -> CoverCell:
    cover, is_inside = Cover(one.coverage.value), not data.criteria.is_for_outside
    if cover is Cover.NOT_NEEDED:
        return CoverCell(cover, None, "Not required")
    outside = outside_told(team, one, is_inside=is_inside)
    if one.coverage is Coverage.OUTSIDE:
        return CoverCell(cover, None, outside)
    names = [person.name for person in holders_of(team, one, people)]
    if not data.tells_counts(team):
        told = names_told(names, len(names), MOST_NAMES) if is_inside else ""
        return CoverCell(cover, None, "; ".join(part for part in (told, outside) if part) or one.state)
    words = "; ".join(part for part in (names_told(names, one.inside, MOST_NAMES), outside) if part)
    return CoverCell(cover, one.holders, words or ("" if one.holders else "Nobody"))


def _weakest(team: TeamOnLadder) -> str:
    """Return where a team has the fewest holders: “1 at L3”, or “2 everywhere”; its own cell tells of outside."""
    required = [one for one in team.cover.required if one.coverage is not Coverage.OUTSIDE]
    if not required:
        return "Held outside"
    fewest = min(one.holders for one in required)
    at = [one.tier.id for one in required if one.holders == fewest]
    return f"{fewest} everywhere" if len(at) == len(required) else f"{fewest} at {join_words(at)}"


DEFINITION = Definition(
    name="coverage",
    title="Coverage",
    question=QUESTION,
    permission=Permission.Report.OPEN_AGGREGATES,
    takes=frozenset({AS_OF, KNOWN, TEAM, LADDER}),
    find=find,
    is_named=True,
)
