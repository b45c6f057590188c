"""Which expectations a line of text may show: by the words it shares with them, weighed by how rare those words are.

Nothing is learnt and nothing leaves the machine. The same text on the same ladder always gives the same answer, in
whatever order its words stand. Source: decision record 14.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.word_stems import Term, related, terms_of

MOST = 5
"""How many expectations are suggested at most. House."""
MOST_WORDS = 300
"""How many different words of a text are looked at: more say nothing new, and a page must not wait for a novel."""
ENOUGH, ENOUGH_ALONE = 0.62, 0.75
"""What several words and a single one must reach, as a share of what a word says that stands in one statement alone
of the whole ladder. House."""
SHARE_OF_BEST = 0.45
"""What it must reach beside the best one, so that one strong word is not followed by four weak ones. House."""
OF_TEXT, OF_EXAMPLES, OF_COMPETENCY, OF_AXES = 1.0, 0.7, 0.35, 0.15
"""What a word weighs by where the ladder has it."""
OF_RELATED = 0.8
"""What a word weighs that is not the ladder's own but a usual companion of it, as “paired” is of “mentors”."""
LENGTH_COUNTS = 0.4
"""How far a long statement, which meets many words by chance, counts less than a short one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One expectation with all that the ladder says about it.

    `bonus` lifts what is near to the person, as a share of the score: 0.2 for a fifth, below nought for what lies
    behind them. It never lifts what shares no word with the text.
    """

    id: str
    text: str
    examples: tuple[str, ...] = ()
    competency: str = ""
    axes: tuple[str, ...] = ()
    bonus: float = 0.0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An expectation that a text may show. `words` are those of the text that speak for it, the weightiest first."""

    id: str
    words: tuple[str, ...]
    score: float


class Index:
    """The words of a set of expectations, and how much each says about which of them."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        """Read the candidates; their order does not matter. Of two with one id the first by text is kept."""
        by_id: dict[str, Candidate] = {}
        for one in sorted(candidates, key=lambda one: (one.id, one.text)):
            by_id.setdefault(one.id, one)
        weights = {one.id: _weights_of(one) for one in by_id.values()}
        usual = sum(len(found) for found in weights.values()) / max(len(weights), 1)
        self._bonus = {one.id: one.bonus for one in by_id.values()}
        self.postings: Mapping[str, Mapping[str, float]] = _postings(weights, usual)
        self._count = len(by_id)
        self._rarest = self._rarity(1)

    def suggest(self, text: str, *, most: int = MOST) -> list[Suggestion]:
        """Return at most `most` expectations that the text may show, best first; none where nothing fits well."""
        scores: dict[str, float] = {}
        reasons: dict[str, dict[str, float]] = {}
        for term in terms_of(text, most=MOST_WORDS):
            for expectation_id, gain in self._gains_of(term).items():
                scores[expectation_id] = scores.get(expectation_id, 0.0) + gain
                reasons.setdefault(expectation_id, {})[term.word] = gain
        lifted = {one: round(score * (1 + self._bonus[one]), 6) for one, score in scores.items()}
        floor = SHARE_OF_BEST * max(lifted.values(), default=0.0)
        ranked = sorted(
            (-score, one) for one, score in lifted.items() if score >= max(floor, self._enough(len(reasons[one])))
        )
        return [Suggestion(one, _telling(reasons[one]), -score) for score, one in ranked[:most]]

    def _enough(self, words: int) -> float:
        return self._rarest * (ENOUGH if words > 1 else ENOUGH_ALONE)

    def _gains_of(self, term: Term) -> dict[str, float]:
        """Return what one word of a text says for each expectation: by itself, or by its companions."""
        gains = self._weighed(term.stem, 1.0)
        for companion in related(term.stem):
            for expectation_id, gain in self._weighed(companion, OF_RELATED).items():
                gains[expectation_id] = max(gain, gains.get(expectation_id, 0.0))
        return gains

    def _weighed(self, stem: str, factor: float) -> dict[str, float]:
        found = self.postings.get(stem, {})
        rarity = self._rarity(len(found))
        return {expectation_id: factor * rarity * weight for expectation_id, weight in found.items()}

    def _rarity(self, holders: int) -> float:
        """Return how much a word says that so many expectations hold: the inverse document frequency of BM25."""
        return math.log(1 + (self._count - holders + 0.5) / (holders + 0.5)) if self._count else 0.0


def _weights_of(candidate: Candidate) -> dict[str, float]:
    """Return each stem of a candidate with the weight of the best place where it stands."""
    places = (
        (OF_AXES, candidate.axes),
        (OF_COMPETENCY, (candidate.competency,)),
        (OF_EXAMPLES, candidate.examples),
        (OF_TEXT, (candidate.text,)),
    )
    return {term.stem: weight for weight, texts in places for text in texts for term in terms_of(text)}


def _postings(weights: Mapping[str, Mapping[str, float]], usual: float) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for expectation_id, stems in weights.items():
        length = 1 - LENGTH_COUNTS + LENGTH_COUNTS * len(stems) / usual if usual else 1.0
        for stem, weight in stems.items():
            found.setdefault(stem, {})[expectation_id] = weight / max(length, 0.75)
    return found


def _telling(gains: Mapping[str, float], most: int = 3) -> tuple[str, ...]:
    """Return the words that speak loudest; those that add less than half of the loudest are left out."""
    enough = max(gains.values()) / 2
    ranked = sorted((-gain, word) for word, gain in gains.items() if gain >= enough)
    return tuple(word for _, word in ranked[:most])
