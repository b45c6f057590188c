"""Which expectations a line may show: measured on lines as people write them, and what must hold of any text."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from app.domain.evidence import EvidenceKind
from app.domain.kind_guess import guess_kind
from app.domain.suggestion import MOST, MOST_WORDS, Candidate, Index
from app.domain.word_stems import related, stem, terms_of
from app.ladders.loader import load_ladder_file

ROOT = Path(__file__).parents[2]
VECTORS = YAML(typ="safe", pure=True).load((ROOT / "tests/vectors/suggestions.yaml").read_text(encoding="utf-8"))
WANTED = 0.8
"""The share of lines whose expectation must be among the first three. All of them are, at present."""


def candidates_of(slug: str) -> list[Candidate]:
    ladder = load_ladder_file(ROOT / "ladders" / slug / "1.0.0.yaml").ladder
    competencies = {one.id: one.name for one in ladder.competencies}
    axes = {one.id: one.name for one in ladder.axes}
    return [
        Candidate(one.id, one.text, one.examples, competencies[one.competency], tuple(axes[axis] for axis in one.axes))
        for one in ladder.expectations
    ]


CANDIDATES = {slug: candidates_of(slug) for slug in ("software-engineer", "technical-support")}
INDEXES = {slug: Index(found) for slug, found in CANDIDATES.items()}


def ids(slug: str, text: str) -> list[str]:
    return [one.id for one in INDEXES[slug].suggest(text)]


# Vectors ------------------------------------------------------------------------


def test_realistic_lines_find_their_expectation_among_the_first_three():
    missed = []
    for line in VECTORS["lines"]:
        wanted = {line["shows"]} if isinstance(line["shows"], str) else set(line["shows"])
        if not wanted & set(ids(line["ladder"], line["text"])[:3]):
            missed.append(line["text"])
    assert len(VECTORS["lines"]) >= 40
    assert 1 - len(missed) / len(VECTORS["lines"]) >= WANTED, missed


@pytest.mark.parametrize("slug", INDEXES)
def test_both_ladders_have_their_share_of_the_lines(slug):
    assert sum(line["ladder"] == slug for line in VECTORS["lines"]) >= 15


@pytest.mark.parametrize("slug", INDEXES)
@pytest.mark.parametrize("text", VECTORS["unrelated"])
def test_a_line_that_shows_nothing_gets_no_suggestion(slug, text):
    assert ids(slug, text) == []


@pytest.mark.parametrize("slug", INDEXES)
def test_the_words_of_a_statement_suggest_the_statement(slug):
    for one in CANDIDATES[slug]:
        assert one.id in ids(slug, one.text)[:3], one.text


# What holds of any text -----------------------------------------------------------


@pytest.mark.parametrize("line", VECTORS["lines"], ids=lambda line: line["text"])
def test_neither_case_nor_the_order_of_words_matters(line):
    index = INDEXES[line["ladder"]]
    words = line["text"].split()
    random.Random(7).shuffle(words)
    found = index.suggest(line["text"])
    assert index.suggest(line["text"].upper()) == found
    assert index.suggest(" ".join(words)) == found
    assert index.suggest(f"  {line['text']}\n\n{line['text']} ") == found


def test_the_order_of_the_expectations_does_not_matter():
    found = CANDIDATES["software-engineer"]
    for line in VECTORS["lines"]:
        assert Index(reversed(found)).suggest(line["text"]) == Index(found).suggest(line["text"])


@pytest.mark.parametrize("text", ["", "   ", "\n", "?!", "the of and", "🧗", "a" * 20_000])
def test_a_text_without_words_gets_no_suggestion(text):
    assert ids("software-engineer", text) == []
    assert Index([]).suggest(text) == []


def test_an_empty_ladder_suggests_nothing():
    assert Index([]).suggest("Mentored a junior engineer") == []


def test_at_most_five_are_suggested_best_first_each_with_its_words():
    for line in VECTORS["lines"]:
        found = INDEXES[line["ladder"]].suggest(line["text"])
        assert len(found) <= MOST
        assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
        for one in found:
            assert 1 <= len(one.words) <= 3
            assert all(word in line["text"].casefold() for word in one.words)


class Counting(dict):
    """A mapping that counts how often it is asked."""

    def __init__(self, found):
        super().__init__(found)
        self.asked = Counter()

    def get(self, key, default=None):
        self.asked[key] += 1
        return super().get(key, default)


def test_twenty_thousand_characters_cost_no_more_than_a_page_can_wait_for():
    index = Index(CANDIDATES["technical-support"])
    index.postings = Counting(index.postings)
    every = sorted({word for one in CANDIDATES["technical-support"] for word in one.text.split()})
    text = " ".join(every + [f"word{number}x" for number in range(5000)])[:20_000]
    assert len(text) == 20_000
    index.suggest(text)
    longest = max(len(related(term.stem)) for term in terms_of(text))
    assert sum(index.postings.asked.values()) <= MOST_WORDS * (1 + longest)


def test_what_is_near_to_the_person_comes_earlier_but_never_without_a_word():
    far = Candidate("far", "Mentors engineers in the team.")
    near = replace(far, id="near", bonus=0.2)
    silent = Candidate("silent", "Draws roadmaps.", bonus=0.2)
    other = [Candidate(f"other{number}", f"Something{number} else{number}.") for number in range(20)]
    assert [one.id for one in Index([far, near, silent, *other]).suggest("mentored two engineers")] == ["near", "far"]


def test_an_example_counts_less_than_the_statement_and_an_axis_alone_never_suffices():
    stated = Candidate("stated", "Draws roadmaps.")
    shown = Candidate("shown", "Looks ahead.", examples=("A roadmap for two years.",))
    tagged = Candidate("tagged", "Goes far.", axes=("Long roadmaps",))
    other = [Candidate(f"other{number}", f"Something{number} else{number}.") for number in range(20)]
    found = [one.id for one in Index([stated, shown, tagged, *other]).suggest("my roadmap plan")]
    assert found == ["stated", "shown"]


# Words ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "forms",
    [
        ("mentor", "mentors", "mentored", "mentoring"),
        ("coach", "coaches", "coached", "coaching"),
        ("integration", "integrates", "integrated", "integrating"),
        ("architecture", "architectures", "architectural"),
        ("analyse", "analyses", "analysed", "analysis", "analysing"),
        ("document", "documented", "documentation", "documents"),
        ("escalate", "escalated", "escalation", "escalating"),
        ("debug", "debugging", "debugged"),
        ("lead", "led", "leading", "leads"),
        ("organisation", "organization", "organisations"),
        ("story", "stories"),
    ],
)
def test_forms_of_one_word_meet(forms):
    assert len({stem(one) for one in forms}) == 1, {one: stem(one) for one in forms}


@pytest.mark.parametrize("pair", [("custom", "customer"), ("process", "produce"), ("test", "team"), ("class", "clean")])
def test_different_words_stay_apart(pair):
    assert stem(pair[0]) != stem(pair[1])


def test_letters_of_every_script_are_words():
    wide = "\uff21\uff24\uff32"
    found = [term.word for term in terms_of(f"Überprüfung ПРОЕКТ {wide} naïve")]
    assert found == ["adr", "naïve", "überprüfung", "проект"]


def test_companions_know_each_other():
    for one in ("mentor", "outag", "vendor"):
        for other in related(one):
            assert one in related(other)


# Kinds ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "links", "kind"),
    [
        ("", ["https://github.com/larkspur/billing/pull/418"], EvidenceKind.PULL_REQUEST),
        ("", ["https://git.example/pay/core/-/merge_requests/12"], EvidenceKind.PULL_REQUEST),
        ("", ["https://bitbucket.example/pay/core/pull-requests/12/diff"], EvidenceKind.PULL_REQUEST),
        ("", ["https://jira.example/browse/BIL-204"], EvidenceKind.TICKET),
        ("", ["https://help.example/agent/tickets/77"], EvidenceKind.TICKET),
        ("", ["https://wiki.example/wiki/Rounding"], EvidenceKind.DOCUMENTATION),
        ("Outage of the gateway, ended in 20 minutes", [], EvidenceKind.INCIDENT),
        ("Postmortem of Monday", ["https://git.example/a/b/pull/1"], EvidenceKind.INCIDENT),
        ("Mentored Chioma", ["https://git.example/a/b/pull/7"], EvidenceKind.MENTORING_LOG),
        ("Reviewed the split of the ledger", [], EvidenceKind.CODE_REVIEW),
        ("A customer thanked us for the reminder page", [], EvidenceKind.CUSTOMER_FEEDBACK),
        ("Feedback from the clinic team", [], EvidenceKind.PEER_FEEDBACK),
        ("Runbook for the nightly export", [], EvidenceKind.DOCUMENTATION),
        ("Design for group appointments", [], EvidenceKind.DESIGN_DOC),
        ("Talk at the vendors' meeting", [], EvidenceKind.PRESENTATION),
        ("Upgraded the date library", [], EvidenceKind.MAINTENANCE),
        ("Took a course on accessible forms", [], EvidenceKind.TRAINING),
        ("Ticket 77 solved", [], EvidenceKind.TICKET),
        ("Shipped part payments", [], EvidenceKind.PULL_REQUEST),
        ("Something else", ["https://docs.example/7"], None),
        ("", [], None),
    ],
)
def test_the_kind_is_guessed_from_words_first_and_links_second(text, links, kind):
    assert guess_kind(text, links) is kind
