"""A round in words: its heading, its pairs with why, who is left and what would help them, and what has changed since.

What stays private is folded before it comes here; nothing on these pages names a reason that a coordinator may not
learn.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.domain.mentorship import MentorshipState
from app.infra.templating import counted, join_words, number_word, plural
from app.ladders.queries import level_marks
from app.mentoring.actions.rounds import WEIGHTS, weights_in
from app.mentoring.languages import in_words
from app.mentoring.matching_run import MOST_PAIRS_TRIED, MOST_RIVALS
from app.mentoring.models import MatchRun, MentoringRound
from app.mentoring.queries.profiles import NamedExpectation, named_expectations
from app.mentoring.queries.rounds import AnswerLine, ChoiceLine
from app.mentoring.queries.runs import LeftLine, Named, PairLine, RunView, SameInput
from app.mentoring.wording import ANSWER, CLOSED, OWN_ROW, PARTS, PIN_BROKEN, RULED_OUT

MOST_NAMES = 6
MANY_SHARED_MINUTES = 240
FOLDED = frozenset({"no_goal", "private"})
"""Codes of a stored run that pages show as one line. Runs of before kept the two apart."""
UNSEEN = "What is not shown may have changed as well"
"""Stands behind every count of what has changed, so that the counts never pass for all there is."""
OWN_NEXT = "Who would be next is for a coordinator outside this pool to look at"
OWN_BESIDE = "Somebody fits. Who, and who competes, is for a coordinator outside this pool to look at."
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
    def is_large(self) -> bool:
        """Say whether the pool was too large to try out what a mentor for each goal would change."""
        return self.view.row.admissible > MOST_PAIRS_TRIED

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


def result_page(view: RunView, reader: uuid.UUID, *, is_inside: bool = False) -> ResultPage:
    """Return a run as its page says it to a reader, who is told nothing of themself beyond whom they are paired with.

    What rules them out, who would be next and who could be asked for them would tell them who has excluded them. To
    whoever is in the pool (`is_inside`), or was in this run, it is said of nobody who would be next and who competes:
    where their own name is missing would tell them as much.
    """
    what = view.explanation
    is_inside = is_inside or reader in view.people
    goals = {goal for line in view.pairs for goal in line.detail.get("held", ())}
    goals |= {goal for line in view.left for goal in line.unheld}
    goals |= {goal for needs in what["needs"].values() for goal in needs["goals"]}
    named = named_expectations(goals | set(what["unheld"]) | {one["goal"] for one in what["strengths"]})
    return ResultPage(
        view=view,
        heading=heading_of(view.row),
        pairs=tuple(_pair(line, named, reader, is_inside=is_inside) for line in view.pairs),
        left=tuple(
            _left(line, _number(line, what), what["needs"].get(str(line.mentee.id)), named, reader, is_inside=is_inside)
            for line in view.left
        ),
        asked=tuple(_asked(one, view.people) for one in _without(reader, what["asked"])),
        strengths=tuple(
            (_goal_words(one["goal"], named), _names(_people(others, view.people)))
            for one in what["strengths"]
            if len(others := [person for person in one["people"] if person != str(reader)]) > 1
        ),
        unheld=tuple(_goal_words(one, named) for one in what["unheld"]),
        broken=tuple(
            _broken(one, view.people) for one in what["broken"] if str(reader) not in (one["mentee"], one["mentor"])
        ),
        aside=aside_words(what["aside"]),
    )


def same_words(same: SameInput | None) -> str:
    """Return that an earlier run was given the same; nothing where none was."""
    if same is None:
        return ""
    if same.has_same_pairs:
        return f"Same pool and settings as run {same.number}."
    return f"Same pool and settings as run {same.number}; Belay has been updated since and chose others among equals."


def part_key(weights: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return the parts of a score with the most that each can give."""
    return [(words, weights.get(part, 0)) for part, words in PARTS.items()]


# Pairs -----------------------------------------------------------------------------------


def _pair(line: PairLine, named: Mapping[str, NamedExpectation], reader: uuid.UUID, *, is_inside: bool) -> PairCard:
    row, flags = line.row, []
    if row.is_pinned:
        flags.append("Set by hand")
    if row.is_cross_ladder:
        flags.append("Two ladders")
    following = "Nobody else fits"
    if line.next_mentor and row.next_score is not None:
        following = following_words(line.next_mentor.name, row.next_score, row.score)
    if is_inside:
        following = OWN_ROW if line.mentee.id == reader else OWN_NEXT
    parts = tuple(getattr(row, f"{part}_part") for part in WEIGHTS)
    return PairCard(line, parts, _why(line, named), following, tuple(flags))


def following_words(name: str, next_score: int, score: int) -> str:
    """Name the next best mentor; why a better score was not taken is said, or it would read as a mistake."""
    words = f"Next best: {name}, {next_score}"
    return f"{words}; that place is needed for somebody else" if next_score > score else words


def _why(line: PairLine, named: Mapping[str, NamedExpectation]) -> str:
    """Return what the parts rest on: “2 of 3 goals: Delivery and Review; under four hours shared a day; …”."""
    detail, row = line.detail, line.row
    if not detail:
        return ""
    about = join_words(dict.fromkeys(named[goal].competency for goal in detail["held"] if goal in named))
    goals = f"{len(detail['held'])} of {counted(detail['goals'], 'goal', 'goals')}"
    said = [f"{goals}: {about}" if about else goals, f"{_hours(detail['minutes'])} shared a day"]
    said.append(f"{number_word(detail['levels'])} {plural(detail['levels'], 'level', 'levels')} above")
    if row.team_part == 0:
        said.append("same team")
    if row.preference_part:
        said.append("asked for")
    return "; ".join(said)


def _hours(minutes: int) -> str:
    """Return how much of a day two share, in steps: nobody's working hours are a coordinator's to know.

    >>> _hours(120), _hours(450)
    ('under four hours', 'four hours or more')
    """
    return "under four hours" if minutes < MANY_SHARED_MINUTES else "four hours or more"


# Who is left -----------------------------------------------------------------------------


def _left(
    line: LeftLine,
    number: int,
    needs: Mapping[str, Any] | None,
    named: Mapping[str, NamedExpectation],
    reader: uuid.UUID,
    *,
    is_inside: bool,
) -> LeftCard:
    if line.mentee.id == reader:
        return LeftCard(line, (), OWN_ROW, (), "")
    if is_inside and line.mentors:
        others = replace(line, mentors=())
        return LeftCard(line, (), OWN_BESIDE, (), needs_words(others, needs, named) if needs else "")
    reasons = tuple((number, RULED_OUT[code][number > 1]) for code, number in _in_order(line.reasons))
    unheld = tuple(_goal_words(goal, named) for goal in line.unheld)
    return LeftCard(line, reasons, _competes(line, number), unheld, needs_words(line, needs, named) if needs else "")


def _number(line: LeftLine, what: Mapping[str, Any]) -> int:
    """Return how many compete, those who are not named included."""
    return int(what["competing"].get(str(line.mentee.id), len(line.rivals)))


def _in_order(reasons: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return the reasons of a run in the order of their words, with what touches the private ones added up."""
    counts = {**reasons, CLOSED: sum(reasons.get(code, 0) for code in FOLDED)}
    return [(code, counts[code]) for code in RULED_OUT if counts.get(code)]


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
    level = ranks.get(needs["rank"])
    who = f"Somebody at {level} or above" if level else "Somebody on a ladder with a higher level"
    goals = join_words(dict.fromkeys(f"“{_goal_words(one, named)}”" for one in needs["goals"]), "or")
    spoken = join_words(in_words(needs["languages"]), "or")
    more = f", or one more place with {_names(line.mentors, 'or')}" if line.mentors else ""
    return (
        f"{who} who can help with {goals}, has two shared hours with their working day"
        f"{f', and speaks {spoken}' if spoken else ''}{more}."
    )


def _asked(one: Mapping[str, Any], people: Mapping[uuid.UUID, Named]) -> Asked:
    person = people[uuid.UUID(one["id"])]
    fits = join_words(f"{people[uuid.UUID(fit['id'])].name} at {fit['score']}" for fit in one["fits"][:MOST_NAMES])
    # A run of before says until when; for how long somebody pauses is theirs.
    until = "Pauses" if one.get("is_paused") or one.get("paused_until") else ""
    taken = one["taken"]
    proposed = one.get("proposed", 0)
    has = counted(taken, "mentee", "mentees")
    has = f"{has}, {counted(proposed, 'open proposal', 'open proposals')}" if proposed else has
    why = until or f"Has {has} and no free place"
    level = f"{person.mark.level}. " if person.mark else ""
    return Asked(person, f"{level}{why}. Would fit {fits}")


def _broken(one: Mapping[str, str], people: Mapping[uuid.UUID, Named]) -> str:
    mentee, mentor = people[uuid.UUID(one["mentee"])], people[uuid.UUID(one["mentor"])]
    return f"{mentor.name} for {mentee.name} {PIN_BROKEN}."


def _without(reader: uuid.UUID, asked: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return who could be asked, without the reader on either side."""
    others = [
        {**one, "fits": [fit for fit in one["fits"] if fit["id"] != str(reader)]}
        for one in asked
        if one["id"] != str(reader)
    ]
    return [one for one in others if one["fits"]]


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
        "has_proposal": (
            "waits for the answers to a proposal of a round",
            "wait for the answers to proposals of a round",
        ),
        "no_goal": ("has named no goal that is still to be met", "have named no goal that is still to be met"),
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
        "proposals": "Proposals that wait for answers",
    }
    before = what["figures"]
    said = [
        f"{words}: {before[one]} then, {figures[one]} now"
        for one, words in names.items()
        if before.get(one, figures[one]) != figures[one]
    ]
    if what["weights"] and what["weights"] != weights_in(row):
        said.append("The weights have changed")
    is_new = any(one.row.made_at > run.at for one in choices)
    if is_new or len(choices) != what["pins"] + what["bans"]:
        said.append("Pairs were set by hand, or left to the matching again")
    return [*said, UNSEEN] if said else []


# After publishing ------------------------------------------------------------------------


def answer_words(state: MentorshipState) -> str:
    """Return how a proposed pair stands, for whoever runs the round."""
    return ANSWER.get(state, AGREED)


def answers_heading(lines: list[AnswerLine]) -> str:
    """Return how the answers stand, as the heading of a published round."""
    if not lines:
        return "No pair was proposed"
    agreed = sum(answer_words(one.state) == AGREED for one in lines)
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
        found[line.state] = found.get(line.state, 0) + 1
    return found
