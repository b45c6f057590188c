"""What a policy may say, in text and in words."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.domain.errors import InvalidError
from app.domain.policies import POLICIES, PolicyDefinition, PolicyKind, PolicyOwner

APP = Path(sys.modules[PolicyDefinition.__module__].__file__ or "").parent.parent
MINUTES = PolicyDefinition(
    key="pause",
    title="Pause",
    sentence="How long a pause is.",
    kind=PolicyKind.NUMBER,
    default=10,
    owner=PolicyOwner.ADMIN,
    source="Nowhere",
    minimum=5,
    maximum=60,
    unit="minutes",
)
COLOUR = PolicyDefinition(
    key="colour",
    title="Colour",
    sentence="Which colour it has.",
    kind=PolicyKind.CHOICE,
    default="red",
    owner=PolicyOwner.HR,
    source="Nowhere",
    choices=(("red", "Red"), ("blue", "Blue")),
)
SWITCH = POLICIES["directory_shows_level"]


@pytest.mark.parametrize(("text", "value"), [("5", 5), ("60", 60), (" 07 ", 7)])
def test_number_within_its_limits_is_read(text, value):
    assert MINUTES.read(text) == value


@pytest.mark.parametrize("text", ["4", "61", "", "-5", "+5", "5.0", "five", "٣٠", "³0", "1" * 400, "5 minutes", "1e1"])
def test_anything_else_is_refused_and_says_what_would_be_right(text):
    with pytest.raises(InvalidError, match="whole number of minutes from 5 to 60") as refusal:
        MINUTES.read(text)
    assert refusal.value.field == "value"


@pytest.mark.parametrize("text", ["true", "", "1", "YES", "on"])
def test_switch_knows_yes_and_no_alone(text):
    assert (SWITCH.read("yes"), SWITCH.read("no")) == (True, False)
    with pytest.raises(InvalidError, match="Yes, No"):
        SWITCH.read(text)


def test_choice_knows_its_codes_alone():
    assert COLOUR.read("blue") == "blue"
    with pytest.raises(InvalidError, match="Red, Blue"):
        COLOUR.read("Green")


@pytest.mark.parametrize("text", [None, "", "400", "often"])
def test_stored_text_that_says_nothing_now_gives_the_default(text):
    assert MINUTES.stored(text) == 10


def test_stored_text_within_the_limits_counts():
    assert MINUTES.stored("20") == 20


def test_values_have_words():
    assert [MINUTES.words(number) for number in (10, 1)] == ["10 minutes", "1 minute"]
    assert [SWITCH.words(value) for value in (True, False)] == ["Yes", "No"]
    assert COLOUR.words("blue") == "Blue"


def test_default_beyond_the_limits_is_no_definition():
    with pytest.raises(InvalidError):
        PolicyDefinition(
            key="pause",
            title="Pause",
            sentence="How long a pause is.",
            kind=PolicyKind.NUMBER,
            default=90,
            owner=PolicyOwner.ADMIN,
            source="Nowhere",
            minimum=5,
            maximum=60,
            unit="minutes",
        )


@pytest.mark.parametrize("definition", POLICIES.values(), ids=lambda one: one.key)
def test_policy_says_what_it_does_in_one_sentence(definition):
    assert definition.sentence.endswith(".")
    assert definition.title
    assert definition.source
    assert definition.is_for_hr is not definition.is_for_admin
    assert definition.stored(definition.text_of(definition.default)) == definition.default


@pytest.mark.parametrize("key", POLICIES)
def test_policy_is_read_somewhere(key):
    """A policy that nothing reads would be a switch without a wire."""
    beside = {APP / "domain" / "policies.py"}
    texts = [path.read_text(encoding="utf-8") for path in APP.rglob("*.py") if path not in beside]
    assert any(f'"{key}"' in text for text in texts)
