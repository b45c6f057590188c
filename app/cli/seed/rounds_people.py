"""Which cases of a told promotion cycle fit into a company, and who of its people may review them.

A small company lacks some of the people that are told of: a case without its candidate, or without a panel, is left
out; somebody else of the committee steps in for a reviewer who is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from app.cli.seed.citing import Table
from app.cli.seed.plan import LevelSpell, PlannedPerson
from app.cli.seed.roster import moved
from app.domain.bar import next_targets
from app.domain.ladder import Ladder

PANEL = 3
RANKS: Mapping[str, tuple[int, str]] = {
    "gabriel": (4, "Leads Platform; was a software engineer at L4 until 2018."),
    "priya": (4, "Leads Scheduling and answers for two teams; wrote the first half of the ladder."),
    "tomasz": (3, "Leads Billing; reviewed at L3 in his company before Larkspur."),
}
"""The rank up to which those off the ladder may review, and why HR set it."""
UNREVIEWED = frozenset({"declined", "withdrawn"})


@dataclass(frozen=True)
class Cast:
    """The people of a company, the ladders, and the day on which it is seen."""

    people: Mapping[str, PlannedPerson]
    ladders: Mapping[str, Ladder]
    today: date

    def day(self, written: str) -> date:
        """Return a written day, moved to the day of the company."""
        return moved(written, self.today)

    def moment(self, written: str) -> datetime:
        """Return a written time, moved to the day of the company."""
        day, _, clock = written.partition("T")
        return datetime.combine(self.day(day), time.fromisoformat(clock), UTC)

    def works_on(self, key: str, day: date) -> bool:
        """Say whether somebody is in the company and at work on a day."""
        return key in self.people and self.people[key].works_on(day)

    def manager_of(self, key: str, day: date) -> str:
        """Return who is somebody's line manager on a day; empty for nobody."""
        line = self.people[key].manager_on(day) if key in self.people else None
        return line.manager_key if line else ""

    def level_of(self, key: str, day: date) -> LevelSpell | None:
        """Return the level that somebody holds on a day."""
        spells = self.people[key].levels if key in self.people else ()
        return next(
            (one for one in spells if one.starts_on <= day and (one.ends_on is None or day < one.ends_on)), None
        )

    def rank_of(self, key: str, day: date) -> int:
        """Return up to which rank somebody may review on a day; 0 for nothing."""
        held = self.level_of(key, day)
        return self.ladders[held.ladder].level(held.level).rank if held else RANKS.get(key, (0, ""))[0]

    def hr(self) -> str:
        """Return who runs the cycles."""
        return next(key for key, person in self.people.items() if "hr" in person.roles)


def fitting_cases(told: Table, cast: Cast) -> tuple[Table, ...]:
    """Return the cases of a cycle that this company can have; none where it has no chair or too small a committee."""
    chairs = [key for key in (told["chair"], told["deputy"]) if key in cast.people]
    members = [key for key in told["members"] if key in cast.people]
    if not chairs or len(members) < PANEL:
        return ()
    return tuple(case for case in told["cases"] if _fits(case, told, cast))


def _fits(case: Table, told: Table, cast: Cast) -> bool:
    day = cast.moment(case["nominated"]["on"]).date()
    held = cast.level_of(case["who"], day)
    if held is None or not cast.works_on(case["who"], day) or not cast.manager_of(case["who"], day):
        return False
    if case["target"] not in {level.id for level in next_targets(cast.ladders[held.ladder], held.level)}:
        return False
    if case["state"] in UNREVIEWED or "incomplete" in case:
        return True
    return len(panel_of(case, told, cast)) == PANEL and bool(chair_of(case, told, cast))


def nominator_of(case: Table, cast: Cast) -> tuple[str, str]:
    """Return who nominated a candidate, and as what; where they are not there, the candidate did."""
    told = case["nominated"]
    key, as_what = told["by"], told["as"]
    day = cast.moment(told["on"]).date()
    if as_what == "manager" and cast.works_on(case["who"], day):
        return cast.manager_of(case["who"], day), as_what
    return (key, as_what) if cast.works_on(key, day) else (case["who"], "self")


def feedback_of(case: Table, cast: Cast) -> Mapping[str, Table]:
    """Return what those colleagues said who are there, and are neither the candidate's manager nor nominator."""
    kept = {case["who"], nominator_of(case, cast)[0]}
    return {key: words for key, words in case.get("feedback", {}).items() if key in cast.people and key not in kept}


def recused_from(case: Table, told: Table, cast: Cast) -> frozenset[str]:
    """Return who takes no part in a case, by the rules and by their own word."""
    day = cast.moment(told["moves"]["review"]).date()
    manager = cast.manager_of(case["who"], day)
    rivals = {one["who"] for one in told["cases"] if one["target"] == case["target"]} & cast.people.keys()
    reports = {key for key in cast.people if cast.manager_of(key, day) == case["who"]}
    voices = {key for key, words in feedback_of(case, cast).items() if "declined" not in words}
    return frozenset(
        {case["who"], manager, cast.manager_of(manager, day), nominator_of(case, cast)[0]}
        | rivals
        | reports
        | voices
        | {case.get("recused", {}).get("who", "")}
    )


def chair_of(case: Table, told: Table, cast: Cast) -> str:
    """Return who chairs a case: the chair, or the deputy where the chair takes no part; empty for nobody."""
    recused = recused_from(case, told, cast)
    free = [key for key in (told["chair"], told["deputy"]) if key in cast.people and key not in recused]
    return free[0] if free else ""


def panel_of(case: Table, told: Table, cast: Cast) -> Sequence[Table]:
    """Return the seats of a case: those that are told of, and for whoever is missing somebody else of the committee."""
    day = cast.moment(told["moves"]["review"]).date()
    held = cast.level_of(case["who"], cast.moment(case["nominated"]["on"]).date())
    wanted = cast.ladders[held.ladder].level(case["target"]).rank if held else 0
    recused = recused_from(case, told, cast)

    def may_sit(key: str) -> bool:
        return key not in recused and cast.works_on(key, day) and cast.rank_of(key, day) >= wanted

    seats = [one if isinstance(one, dict) else {"who": one, "given": "all"} for one in case["panel"]]
    taken = {seat["who"] for seat in seats if may_sit(seat["who"])}
    spare: Iterator[str] = (key for key in told["members"] if key not in taken and may_sit(key))
    found = []
    for seat in seats:
        who = seat["who"] if seat["who"] in taken else next(spare, "")
        if who:
            found.append({**seat, "who": who})
    return found
