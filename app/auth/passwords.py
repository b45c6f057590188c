"""Passwords: hashed with argon2id, judged by length and by a list of common ones, never by composition rules."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.domain.errors import InvalidError

MIN_LENGTH = 12
MAX_LENGTH = 200
FULL_COST = 3
PRODUCT_WORDS = frozenset({"belay", "ladder", "password", "passwort", "welcome", "qwertz", "qwerty", "letmein"})


class Passwords:
    """Hashes and checks passwords at one cost."""

    def __init__(self, cost: int = FULL_COST) -> None:
        """Take the number of passes; below the full cost (in tests) the memory shrinks too."""
        memory_kib = 65_536 if cost >= FULL_COST else 64
        self._hasher = PasswordHasher(time_cost=max(cost, 1), memory_cost=memory_kib, parallelism=1)
        # An unknown address is checked against this hash, so that it takes as long as a known one.
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """Return the argon2id hash of a password."""
        return self._hasher.hash(password)

    def matches(self, stored: str | None, password: str) -> bool:
        """Say whether a password fits; without a stored hash it never does, and takes as long."""
        try:
            self._hasher.verify(stored or self._nobody, password[:MAX_LENGTH])
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    def needs_rehash(self, stored: str) -> bool:
        """Say whether a hash was made with lower parameters than today's."""
        return self._hasher.check_needs_rehash(stored)


def check_new_password(password: str, *, known_words: tuple[str, ...] = ()) -> None:
    """Refuse a password that is too short, too long, or little more than a word that everybody would try first.

    `known_words` are the person's own name and address. InvalidError says what to do.
    """
    if len(password) < MIN_LENGTH:
        raise InvalidError(f"Use at least {MIN_LENGTH} characters; a few unrelated words work well.", field="password")
    if len(password) > MAX_LENGTH:
        raise InvalidError(f"Use at most {MAX_LENGTH} characters.", field="password")
    rest = password.casefold()
    for word in sorted(PRODUCT_WORDS | {word.casefold() for word in known_words if len(word) > 2}, key=len)[::-1]:  # noqa: PLR2004
        rest = rest.replace(word, "")
    if len(set(rest)) < 5 or rest.isdigit():  # noqa: PLR2004 - fewer different characters are one pattern
        raise InvalidError(
            "This one is easy to guess: a name, a common word, or one pattern repeated. Use a few unrelated words.",
            field="password",
        )
