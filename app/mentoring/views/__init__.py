"""HTTP of mentoring. Each module adds its pages to the one blueprint."""

from app.mentoring.views import (
    coordinators,
    course,
    finding,
    notes,
    of_person,
    overview,
    own,
    pair,
    profiles,
    requests,
    rounds,
    rounds_choices,
    rounds_steps,
    sessions,
)
from app.mentoring.views.blueprint import bp

__all__ = [
    "bp",
    "coordinators",
    "course",
    "finding",
    "notes",
    "of_person",
    "overview",
    "own",
    "pair",
    "profiles",
    "requests",
    "rounds",
    "rounds_choices",
    "rounds_steps",
    "sessions",
]
