"""However a file is damaged, the answer is a ladder or a list of faults inside the file."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ladders.loader import LadderFileError, load_ladder_text, parents_in
from app.ladders.loader.files import decode
from tests.ladders.small import SMALL

LADDERS = Path(__file__).parents[2] / "ladders"
SNIPPETS = [
    *(
        "",
        " ",
        "\t",
        "\n",
        "\r",
        ":",
        ": ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        "*a",
        "&a ",
        "!!x ",
        "? ",
        "|\n",
        '"',
        "'",
        "#",
        "%",
    ),
    *("---\n", "...\n", "<<: ", "null", "5", "1.0", "no", "true", "[[[[", "{a: {b: ", "@", "`", "\\", "\u2028", "\x85"),
    "id: L1\n",
    "next: [L1]\n",
    "step: 99\n",
    "extends: {ladder: software-engineer, version: 1.0.0}\n",
]


@cache
def shipped(name):
    return (LADDERS / name).read_text(encoding="utf-8")


def answer(text):
    """Load a text; return its faults, after checking that each names a place of the file."""
    try:
        load_ladder_text(text, file="f", parents=parents_in(LADDERS))
    except LadderFileError as refusal:
        faults = refusal.faults
    else:
        return ()
    lines = len(text.splitlines()) + 1
    assert faults
    for fault in faults:
        assert 1 <= fault.line <= lines
        assert fault.column >= 1
        assert fault.message
    return faults


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 20_000))
def test_file_that_ends_anywhere_is_answered(length):
    text = shipped("software-engineer/1.0.0.yaml")
    answer(text[: length % len(text)])


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(["software-engineer/1.0.0.yaml", "overlays/technical-support-house/1.0.0.yaml"]),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from(SNIPPETS)), min_size=1, max_size=4),
)
def test_shipped_file_that_is_damaged_anywhere_is_answered(name, damages):
    answer(damaged(shipped(name), damages))


@settings(max_examples=250, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from(SNIPPETS)), min_size=1, max_size=4))
def test_small_file_that_is_damaged_anywhere_is_answered(damages):
    answer(damaged(SMALL, damages))


def damaged(text, damages):
    """Return the text with pieces replaced: where (as a share of its length), how many characters, by what."""
    for where, length, snippet in damages:
        at = int(where * len(text))
        text = text[:at] + snippet + text[at + length :]
    return text


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(SMALL.splitlines()) - 1),
            st.sampled_from(["5", "x", "[]", "{}", "null", "[{}]", "{a: b}", "[5]", "-1", "true", "1.5", "[[1]]"]),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_values_of_any_type_are_answered(changes):
    lines = SMALL.splitlines()
    for number, value in changes:
        key, colon, _ = lines[number].partition(":")
        lines[number] = f"{key}{colon} {value}"
    answer("\n".join(lines))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_answered(content):
    try:
        text = decode(content, "f")
    except LadderFileError as refusal:
        faults = refusal.faults
    else:
        faults = answer(text)
    assert faults


@pytest.mark.parametrize("depth", [10, 1000, 100_000])
@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "a: [", "!!x "])
def test_nesting_of_any_depth_is_answered(opening, depth):
    assert answer(opening * depth)
