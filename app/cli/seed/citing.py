"""Words of a promotion cycle that cite evidence by its number in the packet, and what reviewers write beside a rating.

The texts stand in `rounds/`. A slot such as `<coach-juniors>` becomes the number of a piece that speaks of that
expectation, `<coach-juniors:2>` those of two; a sentence whose pieces are not in the packet is left out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.cli.seed.dice import dice
from app.cli.seed.roster import dated
from app.domain.committee import CommitteeRating

Table = Mapping[str, Any]
Numbers = Mapping[str, Sequence[int]]
"""For each expectation the numbers of the pieces that speak of it, oldest first."""
ROUNDS = Path(__file__).parent / "rounds"
TWO = 2
_SINGULAR = {
    "are": "is", "carry": "carries", "go": "goes", "have": "has", "keep": "keeps", "let": "lets", "put": "puts",
    "show": "shows", "tell": "tells",
}  # fmt: skip
_SLOT = re.compile(r"<([a-z0-9-]+)(:[12])?>(?: (are|carry|go|have|keep|let|put|show|tell)\b)?")


@cache
def told_round(name: str) -> Table:
    """Return what is told of a cycle."""
    return MappingProxyType(tomllib.loads((ROUNDS / f"{name}.toml").read_text(encoding="utf-8")))


@cache
def _rationales() -> Table:
    return MappingProxyType(tomllib.loads((ROUNDS / "rationales.toml").read_text(encoding="utf-8")))


class Citing:
    """Fills the slots of the texts about one packet."""

    def __init__(self, prefix: str, numbers: Numbers, today: date) -> None:
        """Take the beginning of the ladder's expectation ids, the pieces of the packet, and the day of the company."""
        self._prefix = prefix
        self._numbers = numbers
        self._today = today

    def of(self, expectation_id: str) -> Sequence[int]:
        """Return the numbers of the pieces that speak of an expectation."""
        return self._numbers.get(expectation_id, ())

    def say(self, text: str) -> str:
        """Return a text with its slots and months filled; empty where a piece is lacking."""
        wanted = [(self.of(f"{self._prefix}.{slot[1]}"), slot[2]) for slot in _SLOT.finditer(text)]
        if any(len(found) < (TWO if number == ":2" else 1) for found, number in wanted):
            return ""
        return dated(_SLOT.sub(self._fill, text), self._today)

    def _fill(self, slot: re.Match[str]) -> str:
        found, verb = self.of(f"{self._prefix}.{slot[1]}"), slot[3]
        may_be_two = slot[2] == ":2" or (verb and slot[2] is None)
        if may_be_two and len(found) >= TWO:
            words = f"E{found[-TWO]} and E{found[-1]}"
            return f"{words} {verb}" if verb else words
        return f"E{found[-1]} {_SINGULAR[verb]}" if verb else f"E{found[-1]}"

    def join(self, texts: Iterable[str]) -> str:
        """Return those of several texts that can be said, one paragraph each."""
        return "\n\n".join(filter(None, map(self.say, texts)))

    def rationale(
        self, case: Table, reviewer: str, expectation_id: str, rating: CommitteeRating, place: int
    ) -> tuple[str, str]:
        """Return what a reviewer writes beside a rating, and what they name as missing.

        Reviewers of one panel, each at another `place`, find different words for the same expectation.
        """
        short = expectation_id.partition(".")[2]
        told = self.say(case.get("says", {}).get(reviewer, {}).get(short, ""))
        rng = dice(0, f"{case['who']} {expectation_id}")
        start = rng.randrange(100) + place
        if rating is CommitteeRating.CANNOT_JUDGE:
            known = _rationales()[rating.value]["any"]
            return told or _pick(known, start), ""
        numbers = self.of(expectation_id)
        tables = _rationales()[rating.value]
        known = tables["two" if len(numbers) >= TWO else "one" if numbers else "none"]
        text = _pick(known, start)
        if numbers:
            text = text.format(one=f"E{numbers[-1]}", two=f"E{numbers[-TWO]}" if len(numbers) >= TWO else "")
        is_short_of_met = rating in {CommitteeRating.NOT_MET, CommitteeRating.PARTLY_MET}
        if numbers and not is_short_of_met:
            return told or text, ""
        of_case = case.get("missing", {}).get(short, "")
        missing = dated(of_case, self._today) or _pick(_rationales()["missing"][rating.value], start)
        return told or text, missing


def _pick(known: Sequence[str], number: int) -> str:
    return known[number % len(known)]
