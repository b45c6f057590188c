"""Passwords: hashed with argon2id, judged by length and by how soon somebody would guess them, never by composition."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from app.domain.errors import InvalidError

MIN_LENGTH = 12
NO_PASSWORD_FITS = "!"  # noqa: S105 - no hash looks like this; the example people of the demo have it
MAX_LENGTH = 200
FULL_COST = 3
# zxcvbn counts from 0 to 4; it knows 30 000 common passwords, names, keyboard rows and dates. It reads 72 characters.
SAFE_SCORE = 3
JUDGED_LENGTH = 72
SHORTEST_KNOWN_WORD = 3
FEWEST_CHARACTERS = 5
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
        return stored is not None and len(password) <= MAX_LENGTH

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
    words = PRODUCT_WORDS | {word.casefold() for word in known_words if len(word) >= SHORTEST_KNOWN_WORD}
    rest = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    score = zxcvbn(password[:JUDGED_LENGTH], user_inputs=sorted(words))["score"]
    if len(set(rest)) < FEWEST_CHARACTERS or rest.isdigit() or score < SAFE_SCORE:
        raise InvalidError(
            "This one is easy to guess: a name, a common word, or one pattern repeated. Use a few unrelated words.",
            field="password",
        )
