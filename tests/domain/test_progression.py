from __future__ import annotations

from datetime import UTC, date, datetime

from app.domain.progression import Spell, held_on, last_spell_on_lineage, lineage_of
from tests.factories.facts import make_spell

TODAY = date(2026, 11, 21)
NOON = datetime(2025, 1, 1, 12, tzinfo=UTC)


def test_a_spell_lasts_until_the_day_before_its_end():
    spell = make_spell("L1", date(2025, 1, 1), ends_on=date(2025, 6, 1))
    assert [
        spell.covers(day) for day in (date(2024, 12, 31), date(2025, 1, 1), date(2025, 5, 31), date(2025, 6, 1))
    ] == [
        False,
        True,
        True,
        False,
    ]


def test_an_overlay_has_the_lineage_of_its_base():
    assert lineage_of("technical-support+house") == lineage_of("technical-support") == "technical-support"


def test_the_level_held_is_that_of_the_spell_which_covers_the_day():
    first = make_spell("L1", date(2024, 1, 1), ends_on=date(2025, 1, 1))
    second = make_spell("L2", date(2025, 1, 1))
    assert held_on([second, first], date(2024, 12, 31)) is first
    assert held_on([first, second], TODAY) is second
    assert held_on([first, second], date(2023, 1, 1)) is None
    assert held_on([first], TODAY) is None


def test_of_two_spells_that_cover_the_day_the_later_one_is_held():
    before, after = make_spell("L2", date(2024, 1, 1)), make_spell("T1", date(2025, 1, 1), "other")
    assert held_on([before, after], TODAY) is held_on([after, before], TODAY) is after


def test_the_last_spell_on_a_lineage_may_be_over():
    over = make_spell("L2", date(2024, 1, 1), ends_on=date(2025, 1, 1))
    assert last_spell_on_lineage([over, make_spell("T1", ladder="other")], "example", TODAY) is over


def test_without_a_spell_on_the_lineage_nothing_is_banked():
    assert last_spell_on_lineage([make_spell("L1", ladder="other")], "example", TODAY) is None


def test_a_spell_that_begins_after_the_day_does_not_count_yet():
    now, later = make_spell("L1"), make_spell("L2", date(2026, 11, 22))
    assert last_spell_on_lineage([later, now], "example", TODAY) is now


def test_after_a_demotion_the_last_spell_is_the_lower_level():
    higher = make_spell("L2", date(2024, 1, 1), ends_on=date(2025, 1, 1))
    lower = make_spell("L1", date(2025, 1, 1))
    assert last_spell_on_lineage([lower, higher], "example", TODAY) is lower


def test_moving_to_an_overlay_at_the_same_level_is_one_stay():
    before = make_spell("L2", date(2024, 1, 1), ends_on=date(2025, 1, 1), recorded_at=NOON)
    after = make_spell("L2", date(2025, 1, 1), "example+house")
    assert last_spell_on_lineage([after, before], "example", TODAY) == Spell(
        "example+house", "L2", date(2024, 1, 1), None, NOON
    )


def test_coming_back_to_a_level_after_a_gap_is_a_new_stay():
    before = make_spell("L2", date(2024, 1, 1), ends_on=date(2024, 6, 1))
    after = make_spell("L2", date(2025, 1, 1))
    assert last_spell_on_lineage([before, after], "example", TODAY) is after


def test_a_rating_of_another_day_is_before_or_after_the_grant():
    spell = make_spell("L1", date(2025, 1, 1))
    assert not spell.began_before(date(2024, 12, 31), NOON)
    assert spell.began_before(date(2025, 1, 2), NOON)


def test_a_rating_of_the_first_day_is_given_after_the_spell_began():
    assert make_spell("L1", date(2025, 1, 1)).began_before(date(2025, 1, 1), NOON)


def test_a_rating_of_the_first_day_counts_only_from_when_the_grant_was_recorded():
    spell = make_spell("L1", date(2025, 1, 1), recorded_at=NOON)
    assert not spell.began_before(date(2025, 1, 1), NOON)
    assert spell.began_before(date(2025, 1, 1), NOON.replace(hour=13))
