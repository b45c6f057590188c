"""When the blind ratings of a case open: by themselves once all are in, or because the chair closes the round.

Source of the rules: domain specification, section 3.4. Whoever asks has locked the case, so that what is counted here
is what is stored: a rating that races the end is counted or refused, never both.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BlindRound:
    """How far the ratings of a case are: reviewers who are not recused, and how many of them have handed in."""

    held: int
    submitted: int
    quorum: int

    @property
    def missing(self) -> int:
        """Return how many reviewers have not handed in."""
        return self.held - self.submitted

    @property
    def has_quorum(self) -> bool:
        """Say whether enough reviewers have handed in, so that the chair may close the round."""
        return self.submitted >= self.quorum

    @property
    def opens_by_itself(self) -> bool:
        """Say whether everybody is in. A panel below its quorum waits for who steps in, who then still rates blind.

        >>> BlindRound(held=3, submitted=3, quorum=3).opens_by_itself
        True
        >>> BlindRound(held=2, submitted=2, quorum=3).opens_by_itself
        False
        """
        return self.has_quorum and self.missing == 0
