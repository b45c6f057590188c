"""A matching as a JSON file: reading it with every fault by its path, and writing what was settled.

Both formats are described in `docs/matching.md`. Nothing here reads or writes the database.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from app.domain.assignment import Alternative, Instance, Saturated, Solution, alternative, saturated
from app.domain.errors import InvalidError
from app.domain.matching import DAY, FULL_SCORE, Admissible, Hours, Mentee, Mentor, Pair, Pool, Weights, admissible
from app.domain.mentorship import MAX_CAPACITY, MAX_GOALS

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PAIRS = ("chain", "judges", "failed", "banned", "pinned")
_MOST_PLACES = 1_000_000
_MOST_NESTED = "The file is nested too deeply to be a matching."


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where: a JSON path such as `$.mentees[3].hours.from`, or `line:column` of broken JSON."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class MatchFileError(Exception):
    """A file has faults; all that could be found are in `faults`."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep the faults in the order of the file."""
        super().__init__("; ".join(map(str, faults)))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class MatchInput:
    """What a file asks for. `judged` is None for the plain form, which brings scores instead of people."""

    instance: Instance
    judged: Admissible | None

    def whole(self, solution: Solution) -> Solution:
        """Return the solution with the pinned pairs."""
        return solution if self.judged is None else self.judged.with_pins(solution)


def _to_day(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError("should be a day such as 2026-11-21")


def _to_minute(value: object) -> int:
    if value == "24:00":
        return DAY
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("should be a time such as 09:30, in UTC")
    return int(found[1]) * 60 + int(found[2])


_Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Day = Annotated[date, BeforeValidator(_to_day)]
_Minute = Annotated[int, BeforeValidator(_to_minute)]
_Count = Annotated[int, Field(ge=0, le=_MOST_PLACES)]
_Rank = Annotated[int, Field(ge=-_MOST_PLACES, le=_MOST_PLACES)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class _Hours(_Part):
    begin: _Minute = Field(alias="from")
    until: _Minute


class _Weights(_Part):
    goals: int
    level: int
    team: int
    hours: int
    preference: int
    load: int


class _Person(_Part):
    id: _Id
    rank: _Rank
    ladder: str = ""
    team: str | None = None
    hours: _Hours
    languages: list[_Id]
    names: list[_Id] = []
    excludes: list[_Id] = []
    is_open: bool = True

    def common(self) -> dict[str, Any]:
        """Return what a mentee and a mentor have in common, as the domain takes it."""
        return {
            "id": self.id,
            "rank": self.rank,
            "ladder": self.ladder,
            "team": self.team,
            "hours": Hours(self.hours.begin, self.hours.until),
            "languages": frozenset(self.languages),
            "names": frozenset(self.names),
            "excludes": frozenset(self.excludes),
            "is_open": self.is_open,
        }


class _Mentee(_Person):
    waiting_since: _Day
    goals: Annotated[list[_Id], Field(min_length=1, max_length=MAX_GOALS)]


class _Mentor(_Person):
    capacity: Annotated[int, Field(ge=0, le=MAX_CAPACITY)]
    taken: _Count = 0
    holds: list[_Id]
    is_available: bool = True


class _Pair(_Part):
    mentor: _Id
    mentee: _Id


class _Full(_Part):
    weights: _Weights | None = None
    mentees: list[_Mentee]
    mentors: list[_Mentor]
    chain: list[_Pair] = []
    judges: list[_Pair] = []
    failed: list[_Pair] = []
    banned: list[_Pair] = []
    pinned: list[_Pair] = []


class _Plain(_Part):
    capacities: dict[_Id, _Count]
    scores: dict[_Id, dict[_Id, Annotated[int, Field(ge=0, le=FULL_SCORE)]]]
    queue: list[_Id] = []


class _Table(dict[str, object]):
    """A JSON object that remembers which of its names stood there twice."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        counts = Counter(name for name, _ in pairs) if len(pairs) > len(self) else {}
        self.twice = {name for name, count in counts.items() if count > 1}


def read(content: bytes) -> MatchInput:
    """Return what a file asks for. MatchFileError holds every fault that was found."""
    data = _parsed(content)
    faults = [Fault(_path(place), "stands here twice") for place in _twice(data, ())]
    if not isinstance(data, dict):
        raise MatchFileError([Fault("$", "should be an object")])
    shape = _Plain if "capacities" in data or "scores" in data else _Full
    try:
        given = shape.model_validate(data)
    except ValidationError as error:
        faults += [Fault(_path(one["loc"]), _words(one)) for one in error.errors(include_url=False)]
        raise MatchFileError(faults) from None
    found = _plain_input(given, faults) if isinstance(given, _Plain) else _full_input(given, faults)
    if faults:
        raise MatchFileError(faults)
    return found


def _parsed(content: bytes) -> object:
    try:
        return json.loads(content.decode("utf-8-sig"), object_pairs_hook=_Table, parse_constant=_refuse)
    except UnicodeDecodeError as error:
        raise MatchFileError([Fault("$", f"is no UTF-8: byte {error.start + 1} of the file")]) from None
    except json.JSONDecodeError as error:
        raise MatchFileError([Fault(f"{error.lineno}:{error.colno}", f"is no JSON: {error.msg}")]) from None
    except RecursionError:
        raise MatchFileError([Fault("$", _MOST_NESTED)]) from None
    except ValueError as error:
        raise MatchFileError([Fault("$", str(error))]) from None


def _refuse(word: str) -> object:
    raise ValueError(f"{word} is no number in JSON")


def _twice(value: object, place: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Yield the place of every name that stands twice in its object."""
    if isinstance(value, _Table):
        yield from ((*place, name) for name in sorted(value.twice))
        for name, inner in value.items():
            yield from _twice(inner, (*place, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _twice(inner, (*place, number))


def _path(place: Sequence[str | int]) -> str:
    """Return a place as a JSON path.

    >>> _path(("mentees", 3, "hours", "from")), _path(("scores", "Ann B."))
    ('$.mentees[3].hours.from', '$.scores["Ann B."]')
    """
    words = ["$"]
    for one in place:
        if isinstance(one, str) and one == "[key]":
            continue
        is_plain = isinstance(one, str) and _PLAIN_NAME.fullmatch(one)
        words.append(f".{one}" if is_plain else f"[{json.dumps(one, ensure_ascii=False)}]")
    return "".join(words)


def _words(error: Mapping[str, Any]) -> str:
    """Return the message of a fault of the shape in the words of this file."""
    kind = error["type"]
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return "is no name that is known here"
    message = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    return f"{message[:1].lower()}{message[1:]}"


def _plain_input(given: _Plain, faults: list[Fault]) -> MatchInput:
    faults += [
        Fault(_path(("scores", mentor)), "has no entry in $.capacities")
        for mentor in given.scores
        if mentor not in given.capacities
    ]
    faults += _repeated("queue", given.queue)
    others = {mentee for row in given.scores.values() for mentee in row} - set(given.queue)
    scores = {(mentee, mentor): score for mentor, row in given.scores.items() for mentee, score in row.items()}
    queue = (*given.queue, *sorted(others))
    return MatchInput(Instance(queue, tuple(sorted(given.capacities)), given.capacities, scores), None)


def _full_input(given: _Full, faults: list[Fault]) -> MatchInput:
    weights = Weights()
    if given.weights is not None:
        try:
            weights = Weights(**given.weights.model_dump())
        except InvalidError as refusal:
            faults.append(Fault("$.weights", refusal.message))
    faults += _repeated("mentees", [one.id for one in given.mentees], "id")
    faults += _repeated("mentors", [one.id for one in given.mentors], "id")
    known = {"mentor": {one.id for one in given.mentors}, "mentee": {one.id for one in given.mentees}}
    for name in _PAIRS:
        for number, pair in enumerate(getattr(given, name)):
            for side, ids in known.items():
                if getattr(pair, side) not in ids:
                    faults.append(Fault(_path((name, number, side)), f"is no {side} of this file"))
    if faults:
        raise MatchFileError(faults)
    mentees = tuple(
        Mentee(**one.common(), waiting_since=one.waiting_since, goals=tuple(one.goals)) for one in given.mentees
    )
    mentors = tuple(
        Mentor(
            **one.common(),
            capacity=one.capacity,
            taken=one.taken,
            holds=frozenset(one.holds),
            is_available=one.is_available,
        )
        for one in given.mentors
    )
    sets = {name: frozenset((one.mentor, one.mentee) for one in getattr(given, name)) for name in _PAIRS}
    judged = admissible(Pool(mentees, mentors, weights, **sets))
    for number, one in enumerate(given.pinned):
        if reason := judged.broken_pins.get((one.mentee, one.mentor)):
            faults.append(Fault(_path(("pinned", number)), f"cannot be a pair: {reason}"))
    return MatchInput(judged.instance, judged)


def _repeated(name: str, ids: Sequence[str], field: str = "") -> Iterator[Fault]:
    seen: set[str] = set()
    for number, one in enumerate(ids):
        if one in seen:
            yield Fault(_path((name, number, field) if field else (name, number)), "stands here a second time")
        seen.add(one)


def write(given: MatchInput, solution: Solution, solver: str) -> bytes:
    """Return what was settled as JSON in UTF-8: the same bytes for the same input in any order.

    `solution` is of `given.instance`; the pinned pairs are added here.
    """
    whole = given.whole(solution)
    competitions, left = _left(given, solution)
    result = {
        "solver": solver,
        "matched": whole.matched,
        "worst": whole.worst,
        "total": whole.total,
        "admissible": len(given.instance.scores if given.judged is None else given.judged.pairs),
        "pairs": [_pair(given, solution, pair) for pair in whole.pairs.items()],
        "unmatched": left,
        "competitions": [asdict(one) for one in competitions],
        "unheld": [] if given.judged is None else list(given.judged.unheld),
    }
    return (json.dumps(result, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _pair(given: MatchInput, solution: Solution, pair: Pair) -> dict[str, object]:
    mentee, _ = pair
    if given.judged is None:
        return {**_named(pair, given.instance.scores[pair]), "next": _next(given.instance, solution, mentee)}
    parts = given.judged.pairs[pair]
    is_pinned = pair in given.judged.pins
    return {
        **_named(pair, parts.score),
        "parts": parts._asdict(),
        "is_pinned": is_pinned,
        "is_cross_ladder": pair in given.judged.cross_ladder,
        # A pinned mentee was not part of what was settled.
        "next": None if is_pinned else _next(given.instance, solution, mentee),
    }


def _named(pair: Pair, score: int) -> dict[str, object]:
    return {"mentee": pair[0], "mentor": pair[1], "score": score}


def _next(instance: Instance, solution: Solution, mentee: str) -> dict[str, object] | None:
    found: Alternative | None = alternative(instance, solution, mentee)
    return asdict(found) if found else None


def _left(given: MatchInput, solution: Solution) -> tuple[list[Saturated], list[dict[str, object]]]:
    """Return the sets that compete, each once, and everybody without a mentor: with their set, or with reasons."""
    people = {} if given.judged is None else {one.id: one for one in given.judged.pool.mentees}
    competitions: list[Saturated] = []
    number_of: dict[str, int] = {}
    left: list[dict[str, object]] = []
    for mentee in given.instance.mentees:
        if mentee in solution.pairs:
            continue
        if not given.instance.choices[mentee]:
            reasons = {} if given.judged is None else given.judged.reasons(people[mentee])
            left.append({"mentee": mentee, "reasons": dict(reasons)})
            continue
        if mentee not in number_of:
            found = saturated(given.instance, solution, mentee)
            number_of.update({one: len(competitions) for one in found.mentees if one not in number_of})
            competitions.append(found)
        left.append({"mentee": mentee, "competition": number_of[mentee]})
    return competitions, left
