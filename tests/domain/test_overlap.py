"""Two tables of the same people side by side, by brute force: no sum or difference of lines is about few people."""

from __future__ import annotations

from collections import Counter
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from app.domain.overlap import may_stand_together

TEAMS, SKILLS = ("red", "blue", "green"), ("run", "swim", "climb")
PERSON = st.tuples(st.sampled_from(TEAMS), st.frozensets(st.sampled_from(SKILLS), min_size=1))


def told(persons, team_weights, skill_weights):
    """Return how many people a weighted sum of lines is about; each rating is in its team's line and its skill's."""
    return sum(any(team_weights[team] != skill_weights[skill] for skill in skills) for team, skills in persons)


@given(st.lists(PERSON, min_size=1, max_size=24), st.integers(2, 4))
def test_what_stands_together_has_no_sum_or_difference_about_few_people(persons, k):
    if not may_stand_together(Counter(frozenset({team, *skills}) for team, skills in persons), k):
        return
    for weights in product((0, 1, 2), repeat=len(TEAMS) + len(SKILLS)):
        teams, skills = dict(zip(TEAMS, weights[:3], strict=True)), dict(zip(SKILLS, weights[3:], strict=True))
        assert not 0 < told(persons, teams, skills) < k


def test_one_person_between_a_team_and_a_skill_is_seen():
    people = {frozenset({"red", "run"}): 10, frozenset({"blue", "swim"}): 10}
    assert may_stand_together(people)
    assert not may_stand_together(people | {frozenset({"blue", "run"}): 1})


def test_small_teams_parts_of_a_skill_are_no_hindrance_where_all_share_people():
    people = {frozenset({team, "run", "swim"}): 8 for team in TEAMS} | {frozenset({team, "climb"}): 2 for team in TEAMS}
    assert may_stand_together(people, 5)
