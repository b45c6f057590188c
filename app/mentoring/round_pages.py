"""A round in words: its heading, its pairs with why, who is left and what would help them, and what has changed since.

What stays private is folded before it comes here; nothing on these pages names a reason that a coordinator may not
learn.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from app.domain.mentorship import MentorshipState
from app.infra.clock import clock, local, now
from app.infra.templating import counted, join_words, long_date, number_word, plural
from app.ladders.queries import level_marks
from app.mentoring.actions.rounds import WEIGHTS, weights_in
from app.mentoring.languages import in_words
from app.mentoring.matching_run import MOST_RIVALS
from app.mentoring.models import MatchRun, MentoringRound
from app.mentoring.queries.profiles import NamedExpectation, named_expectations
from app.mentoring.queries.rounds import AnswerLine, ChoiceLine
from app.mentoring.queries.runs import LeftLine, Named, PairLine, RunView, SameInput
from app.mentoring.wording import ANSWER, PARTS, REFUSED, RULED_OUT

MOST_NAMES = 6
AGREED = "Both agreed"
"""How a proposed pair stands from its second consent on, whatever becomes of it later."""


@dataclass(frozen=True, slots=True)
class PairCard:
    """A pair of the result: the two, the score by part in the order of `PARTS`, and the words beside it."""

    line: PairLine
    parts: tuple[int, ...]
    why: str
    following: str
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftCard:
    """A mentee without a mentor: reasons with their numbers, or who competes; and what one more would need."""

    line: LeftLine
    reasons: tuple[tuple[int, str], ...]
    competes: str
    unheld: tuple[str, ...]
    needs: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A mentor who pauses or is full, and whom they would fit."""

    person: Named
    text: str


@dataclass(frozen=True, slots=True)
class ResultPage:
    """Everything that the page of a run says."""

    view: RunView
    heading: str
    pairs: tuple[PairCard, ...]
    left: tuple[LeftCard, ...]
    asked: tuple[Asked, ...]
    strengths: tuple[tuple[str, str], ...]
    unheld: tuple[str, ...]
    broken: tuple[str, ...]
    aside: str

    @property
    def possible(self) -> int:
        """Return how many pairs there could be at most, of which some are admissible."""
        return self.view.row.mentees * self.view.row.mentors


def heading_of(run: MatchRun) -> str:
    """Return what a run answers: how many of how many can be paired.

    >>> heading_of(MatchRun(mentees=8, matched=6)), heading_of(MatchRun(mentees=2, matched=2))
    ('Six of eight mentees can be paired', 'Both mentees can be paired')
    """
    mentees = f"{number_word(run.mentees)} {plural(run.mentees, 'mentee', 'mentees')}"
    if not run.mentees:
        return "Nobody in the pool looks for a mentor"
    if not run.matched:
        return f"None of {mentees} can be paired" if run.mentees > 1 else "The one mentee cannot be paired"
    if run.matched == run.mentees:
        return {1: "The one mentee can be paired", 2: "Both mentees can be paired"}.get(
            run.mentees, f"All {mentees} can be paired"
        )
    return f"{number_word(run.matched).capitalize()} of {mentees} can be paired"


def result_page(view: RunView) -> ResultPage:
    """Return a run as its page says it."""
    what = view.explanation
    goals = {goal for line in view.pairs for goal in line.detail.get("held", ())}
    goals |= {goal for line in view.left for goal in line.unheld}
    goals |= {goal for needs in what["needs"].values() for goal in needs["goals"]}
    named = named_expectations(goals | set(what["unheld"]) | {one["goal"] for one in what["strengths"]})
    return ResultPage(
        view=view,
        heading=heading_of(view.row),
        pairs=tuple(_pair(line, named) for line in view.pairs),
        left=tuple(
            _left(line, _number(line, what), what["needs"].get(str(line.mentee.id)), named) for line in view.left
        ),
        asked=tuple(_asked(one, view.people) for one in what["asked"]),
        strengths=tuple(
            (_goal_words(one["goal"], named), _names(_people(one["people"], view.people)))
            for one in what["strengths"]
            if len(one["people"]) > 1
        ),
        unheld=tuple(_goal_words(one, named) for one in what["unheld"]),
        broken=tuple(_broken(one, view.people) for one in what["broken"]),
        aside=aside_words(what["aside"]),
    )


def same_words(same: SameInput | None) -> str:
    """Return that an earlier run was given the same; nothing where none was."""
    if same is None:
        return ""
    if same.has_same_pairs:
        return f"Same pool, same pairs as run {same.number}."
    return f"Same pool as run {same.number}; Belay was renewed since and chose others among equals."


def part_key(weights: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return the parts of a score with the most that each can give."""
    return [(words, weights.get(part, 0)) for part, words in PARTS.items()]


# Pairs -----------------------------------------------------------------------------------


def _pair(line: PairLine, named: Mapping[str, NamedExpectation]) -> PairCard:
    row, flags = line.row, []
    if row.is_pinned:
        flags.append("Set by hand")
    if row.is_cross_ladder:
        flags.append("Two ladders")
    following = f"Next best: {line.next_mentor.name}, {row.next_score}" if line.next_mentor else "Nobody else fits"
    parts = tuple(getattr(row, f"{part}_part") for part in WEIGHTS)
    return PairCard(line, parts, _why(line, named), following, tuple(flags))


def _why(line: PairLine, named: Mapping[str, NamedExpectation]) -> str:
    """Return what the parts rest on: “2 of 3 goals: Delivery and Review; 6 h shared; one level above; …”."""
    detail, row = line.detail, line.row
    if not detail:
        return ""
    about = join_words(dict.fromkeys(named[goal].competency for goal in detail["held"] if goal in named))
    goals = f"{len(detail['held'])} of {counted(detail['goals'], 'goal', 'goals')}"
    said = [f"{goals}: {about}" if about else goals, f"{_hours(detail['minutes'])} shared"]
    said.append(f"{number_word(detail['levels'])} {plural(detail['levels'], 'level', 'levels')} above")
    if row.team_part == 0:
        said.append("same team")
    if row.preference_part:
        said.append("asked for")
    return "; ".join(said)


def _hours(minutes: int) -> str:
    """Return minutes as hours of a day.

    >>> _hours(120), _hours(450)
    ('2 h', '7 h 30')
    """
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02}" if rest else f"{hours} h"


# Who is left -----------------------------------------------------------------------------


def _left(
    line: LeftLine, number: int, needs: Mapping[str, Any] | None, named: Mapping[str, NamedExpectation]
) -> LeftCard:
    reasons = tuple((number, RULED_OUT[code][number > 1]) for code, number in _in_order(line.reasons))
    unheld = tuple(_goal_words(goal, named) for goal in line.unheld)
    return LeftCard(line, reasons, _competes(line, number), unheld, needs_words(line, needs, named) if needs else "")


def _number(line: LeftLine, what: Mapping[str, Any]) -> int:
    """Return how many compete, those who are not named included."""
    return int(what["competing"].get(str(line.mentee.id), len(line.rivals)))


def _in_order(reasons: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(code, reasons[code]) for code in RULED_OUT if reasons.get(code)]


def _competes(line: LeftLine, number: int) -> str:
    """Return with whom somebody competes for whose places; nothing where nobody fits them."""
    if not line.mentors:
        return ""
    mentors, places = _names(line.mentors), line.row.places or 0
    if not places:
        return f"{_fit(line.mentors)}, {mentors}, and every place there is set by hand."
    others = [one for one in line.rivals if one.id != line.mentee.id]
    unnamed = number - 1 - len(others)
    shown = _names(others) if not unnamed else join_words([*(one.name for one in others[:3]), "others"])
    room = f"{number_word(places)} {plural(places, 'place', 'places')}"
    who = f"{_fit(line.mentors)}, {mentors}"
    return f"{who}. {room.capitalize()} for {number_word(number)}: nobody else fits {shown} either."


def _fit(mentors: tuple[Named, ...]) -> str:
    more = " or more" if len(mentors) == MOST_RIVALS else ""
    return f"{number_word(len(mentors)).capitalize()}{more} {plural(len(mentors), 'mentor fits', 'mentors fit')}"


def needs_words(line: LeftLine, needs: Mapping[str, Any], named: Mapping[str, NamedExpectation]) -> str:
    """Return the least that one more mentor would need to pair somebody, in one sentence."""
    ranks = {mark.rank: mark.level for (lineage, _), mark in level_marks().items() if lineage == needs["ladder"]}
    who = f"Somebody at {ranks[needs['rank']]} or above" if needs["rank"] in ranks else "Somebody of a longer ladder"
    goals = join_words(dict.fromkeys(f"“{_goal_words(one, named)}”" for one in needs["goals"]), "or")
    spoken = join_words(in_words(needs["languages"]), "or")
    more = f", or one more place with {_names(line.mentors, 'or')}" if line.mentors else ""
    return (
        f"{who} who can help with {goals}, works two hours between {clock_words(needs['from'])} and "
        f"{clock_words(needs['until'])} ({clock.zone}){f', and speaks {spoken}' if spoken else ''}{more}."
    )


def clock_words(minute: int) -> str:
    """Return a minute of the day in UTC as the company's clock shows it today."""
    midnight = datetime.combine(now().date(), time(), UTC)
    return f"{local(midnight + timedelta(minutes=minute)):%H:%M}"


def _asked(one: Mapping[str, Any], people: Mapping[uuid.UUID, Named]) -> Asked:
    person = people[uuid.UUID(one["id"])]
    fits = join_words(f"{people[uuid.UUID(fit['id'])].name} at {fit['score']}" for fit in one["fits"][:MOST_NAMES])
    until = f"Pauses until {long_date(date.fromisoformat(one['paused_until']))}" if one["paused_until"] else ""
    taken = one["taken"]
    why = until or f"Has {counted(taken, 'mentee', 'mentees')} and no free place"
    level = f"{person.mark.level}. " if person.mark else ""
    return Asked(person, f"{level}{why}. Would fit {fits}")


def _broken(one: Mapping[str, str], people: Mapping[uuid.UUID, Named]) -> str:
    mentee, mentor = people[uuid.UUID(one["mentee"])], people[uuid.UUID(one["mentor"])]
    return f"{mentor.name} for {mentee.name}: {REFUSED[one['reason']]}"


def _goal_words(goal: str, named: Mapping[str, NamedExpectation]) -> str:
    return named[goal].text.rstrip(".") if goal in named else "a goal that no ladder of today has"


def _people(ids: Iterable[str], people: Mapping[uuid.UUID, Named]) -> list[Named]:
    return sorted((people[uuid.UUID(one)] for one in ids), key=lambda one: (one.sort_name, str(one.id)))


def _names(found: Iterable[Named], last: str = "and") -> str:
    names = [one.name for one in found]
    if len(names) > MOST_NAMES:
        names = [*names[: MOST_NAMES - 1], f"{number_word(len(names) - MOST_NAMES + 1)} more"]
    return join_words(names, last)


# The pool, and what has changed in it ----------------------------------------------------


def aside_words(aside: Mapping[str, int]) -> str:
    """Return who looks for a mentor and still is not in the matching, in one sentence; nothing where nobody is."""
    words = {
        "has_mentor": ("has a mentor now", "have a mentor now"),
        "no_goal": ("has named no goal", "have named no goal"),
        "no_level": ("holds no level on a ladder", "hold no level on a ladder"),
    }
    said = [f"{number_word(aside[one])} {plural(aside[one], *words[one])}" for one in words if aside.get(one)]
    return f"Not in the matching, though they look for a mentor: {join_words(said)}." if said else ""


def changed_words(
    row: MentoringRound, run: MatchRun, what: Mapping[str, Any], figures: Mapping[str, int], choices: list[ChoiceLine]
) -> list[str]:
    """Return what has changed since a run, in counts; nothing where it is as it was."""
    names = {
        "seeking": "People who look for a mentor",
        "offering": "Mentors who take on mentees",
        "places": "Places that mentors offer",
        "goals": "Goals",
        "offers": "Offers to help",
        "pairs": "Pairs under way",
    }
    before = what["figures"]
    said = [
        f"{words}: {before[one]} then, {figures[one]} now"
        for one, words in names.items()
        if before.get(one, figures[one]) != figures[one]
    ]
    if what["weights"] and what["weights"] != weights_in(row):
        said.append("The weights are others")
    is_new = any(one.row.made_at > run.at for one in choices)
    if is_new or len(choices) != what["pins"] + what["bans"]:
        said.append("Pairs were set by hand, or left to the matching again")
    return said


# After publishing ------------------------------------------------------------------------


def answer_words(state: MentorshipState) -> str:
    """Return how a proposed pair stands, for whoever runs the round."""
    return ANSWER.get(state, AGREED)


def answers_heading(lines: list[AnswerLine]) -> str:
    """Return how the answers stand, as the heading of a published round."""
    if not lines:
        return "No pair was proposed"
    agreed = sum(answer_words(one.row.state) == AGREED for one in lines)
    pairs = f"{number_word(len(lines))} {plural(len(lines), 'pair', 'pairs')}"
    return f"{number_word(agreed).capitalize() if agreed else 'None'} of {pairs} {plural(agreed, 'has', 'have')} agreed"


def answer_counts(answers: Mapping[MentorshipState, int]) -> list[tuple[str, int]]:
    """Return how many pairs stand how, in the order in which it happens."""
    counts = dict.fromkeys((ANSWER[MentorshipState.PROPOSED], AGREED, *[*ANSWER.values()][1:]), 0)
    for state, number in answers.items():
        counts[answer_words(state)] += number
    return [(words, number) for words, number in counts.items() if number]


def tally(lines: list[AnswerLine]) -> dict[MentorshipState, int]:
    """Return how many pairs are in each state."""
    found: dict[MentorshipState, int] = {}
    for line in lines:
        found[line.row.state] = found.get(line.row.state, 0) + 1
    return found
