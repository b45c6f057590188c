"""Reads of mentoring: who is paired with whom, the pool, rounds and their runs, sessions and what a pair wrote."""

from app.mentoring.queries.mentorships import get_mentorship, places_taken
from app.mentoring.queries.relations import is_coordinator, publish_relations, select_mentored

__all__ = ["get_mentorship", "is_coordinator", "places_taken", "publish_relations", "select_mentored"]
