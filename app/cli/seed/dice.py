"""Reproducible chance."""

from __future__ import annotations

from random import Random


def dice(seed: int, key: str) -> Random:
    """Return dice of one person's own, so that nobody's history depends on who came before in the list."""
    return Random(f"{seed}:{key}")  # noqa: S311 - an invented company needs no secrets, it must be the same again


def chance(rng: Random, percent: int) -> bool:
    """Say yes so many times in a hundred."""
    return rng.randrange(100) < percent
