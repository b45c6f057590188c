"""Every kind of fault is named with line and column, and all of a file's at once."""

import pytest

from app.ladders.loader import LadderFileError, load_ladder_text
from tests.ladders.small import SMALL, SOURCES, broken


def faults_of(text: str) -> list[str]:
    with pytest.raises(LadderFileError) as refusal:
        load_ladder_text(text, file="f", sources=SOURCES)
    return [str(fault).removeprefix("f:") for fault in refusal.value.faults]


def test_small_ladder_has_no_fault():
    assert load_ladder_text(SMALL, file="f", sources=SOURCES).ladder.slug == "small"


def test_a_fault_is_written_as_editors_understand_it():
    with pytest.raises(LadderFileError) as refusal:
        load_ladder_text(broken(("step: 1", "step: one")), file="ladders/small/1.0.0.yaml")
    assert str(refusal.value) == "ladders/small/1.0.0.yaml:20:11: `step` must be a whole number, not text"


MISSING = [
    "1:1: `competencies` is missing",
    "1:1: `expectations` is missing",
    "1:1: `ladder` is missing",
    "1:1: `levels` is missing",
    "1:1: `schema` is missing",
    "1:1: `title` is missing",
    "1:1: `version` is missing",
]

WHOLE_TEXTS = {
    "empty": ("", ["1:1: the file is empty"]),
    "blank": ("\n  \n", ["1:1: the file is empty"]),
    "only a comment": ("# nothing yet\n", ["1:1: the file is empty"]),
    "null": ("~\n", ["1:1: the file is empty"]),
    "a list": ("- a\n- b\n", ["1:1: a ladder file is a mapping: `schema: ladder/1`, `ladder: …`, and so on"]),
    "a word": ("ladder\n", ["1:1: a ladder file is a mapping: `schema: ladder/1`, `ladder: …`, and so on"]),
    "an empty mapping": ("{}\n", MISSING),
    "a second document": (SMALL + "---\na: 1\n", ["50:1: one ladder per file: a second document begins here"]),
    "an older YAML": ("%YAML 1.1\n---\n" + SMALL, ["2:1: ladder files are YAML 1.2; leave the %YAML line out"]),
    "nested without end": (
        SMALL + "x: " + "[" * 3000,
        ["50:23: nested deeper than 20 levels; what follows was not checked"],
    ),
    "more values than a ladder has": (
        "x:\n" + "- a\n" * 50_000,
        ["49999:3: more than 50000 values; what follows was not checked"],
    ),
    "an alias bomb": (
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
        sorted(
            [
                *MISSING,
                "1:1: unknown key `a`",
                "2:1: unknown key `b`",
                "2:8: aliases are not allowed; write `*a` out",
                "2:12: aliases are not allowed; write `*a` out",
                "3:1: unknown key `c`",
                "3:5: aliases are not allowed; write `*b` out",
                "3:9: aliases are not allowed; write `*b` out",
            ],
            key=lambda fault: [int(part) if part.isdigit() else part for part in fault.split(":", 2)],
        ),
    ),
}


@pytest.mark.parametrize("name", WHOLE_TEXTS)
def test_what_is_no_ladder_file_is_refused_with_its_place(name):
    text, expected = WHOLE_TEXTS[name]
    assert faults_of(text) == expected


SYNTAX = {
    "a tab, and a second": (
        [("    rank: 1", "\trank: 1"), ("    origin: org", "  \torigin: org")],
        [
            "12:1: a tab indents this line; YAML wants spaces",
            "22:3: a tab indents this line; YAML wants spaces",
        ],
    ),
    "a tab after a colon": ([("title: Small", "title:\tSmall")], ["4:7: a tab stands here; YAML wants spaces"]),
    "a list that is not closed": (
        [("next: [L2]", "next: [L2")],
        ["14:7: not valid YAML: a list in brackets is not closed (begun on line 13); what follows was not checked"],
    ),
    "a quotation mark that is not closed": (
        [("title: Small", 'title: "Small')],
        ["50:1: not valid YAML: a quotation mark is not closed (begun on line 4); what follows was not checked"],
    ),
    "a colon in a text": (
        [("text: Finishes small tasks.", "text: Finishes: small tasks.")],
        ["21:19: not valid YAML: a colon stands where none may; put the text in quotes; what follows was not checked"],
    ),
    "wrong indentation": (
        [("    rank: 1", "   rank: 1")],
        [
            (
                "12:4: not valid YAML: this line is indented differently from its neighbours (begun on line 11); "
                "what follows was not checked"
            ),
        ],
    ),
    "a duplicate key before a broken line": (
        [("title: Small", "title: Small\ntitle: Smaller"), ("next: [L2]", "next: @")],
        [
            "5:1: `title` is given twice here; the first stands on line 4",
            "14:11: not valid YAML: found character '@' that cannot start any token; what follows was not checked",
        ],
    ),
}


@pytest.mark.parametrize("name", SYNTAX)
def test_broken_grammar_is_named_with_its_place(name):
    changes, expected = SYNTAX[name]
    assert faults_of(broken(*changes)) == expected


KINDS = (
    "`design_doc`, `pull_request`, `code_review`, `incident`, `maintenance`, `mentoring_log`, `peer_feedback`, "
    "`ticket`, `documentation`, `presentation`, `customer_feedback` or `training`"
)

ONE_FAULT = {
    "duplicate key": (
        "    rank: 1",
        "    rank: 1\n    rank: 3",
        "13:5: `rank` is given twice here; the first stands on line 12",
    ),
    "alias": ("axes: [breadth]", "axes: *a", "27:11: aliases are not allowed; write `*a` out"),
    "tag": ("step: 1", "step: !!int 1", "20:11: tags are not allowed; leave `tag:yaml.org,2002:int` out"),
    "merge key": ("    rank: 1", "    <<: {a: 1}\n    rank: 1", "12:5: merge keys are not allowed; write the keys out"),
    "key that is a number": (
        "descriptors: {breadth: A team}",
        "descriptors: {1: A team}",
        "16:19: a key must be a word, and `1` is not; write it in quotes",
    ),
    "key that is a list": (
        "descriptors: {breadth: A team}",
        "descriptors: {[a]: b}",
        "16:19: a key must be a word, not a list or mapping",
    ),
    "hidden character": ("title: Small", 'title: "a\\0b"', "4:8: the character U+0000 is not allowed"),
    "surrogate": ("title: Small", 'title: "a\\ud800b"', "4:8: the character U+D800 is not allowed"),
    "unknown key": ("title: Small", "title: Small\ncolour: red", "5:1: unknown key `colour`"),
    "unknown key with a suggestion": (
        "    next: [L2]",
        "    next: [L2]\n    titel: A",
        "14:5: unknown key `titel`; did you mean `titles`?",
    ),
    "unknown key deep inside": (
        "      min_count: 2",
        "      min_count: 2\n      windows_days: 3",
        "32:7: unknown key `windows_days`; did you mean `window_days`?",
    ),
    "missing key": ("    step: 1\n", "", "18:5: `step` is missing"),
    "missing section": ("title: Small\n", "", "1:1: `title` is missing"),
    "unknown schema": ("ladder/1", "ladder/2", "1:9: `schema` must be `ladder/1`, not `ladder/2`"),
    "name with capitals": (
        "ladder: small",
        "ladder: Small A",
        "2:9: `ladder` must be a name in small letters, digits and hyphens, such as `software-engineer`, not `Small A`",
    ),
    "version that is a number": (
        "version: 1.0.0",
        "version: 1.0",
        "3:10: `version` must be text, not a number; put it in quotes",
    ),
    "version of two parts": (
        "version: 1.0.0",
        'version: "1.0"',
        "3:10: `version` must be a version such as 1.0.0, not `1.0`",
    ),
    "text in place of a number": ("step: 1", 'step: "1"', "20:11: `step` must be a whole number, not text"),
    "fraction": ("step: 1", "step: 1.5", "20:11: `step` must be a whole number, not a number"),
    "yes in place of true": (
        "    step: 1",
        "    required: yes\n    step: 1",
        "20:15: `required` must be true or false, not text",
    ),
    "number in place of a text": (
        "text: Finishes small tasks.",
        "text: 5",
        "21:11: `text` must be text, not a number; put it in quotes",
    ),
    "true in place of a text": (
        "title: Small",
        "title: true",
        "4:8: `title` must be text, not a yes/no value; put it in quotes",
    ),
    "nothing in place of a text": ("title: Small", "title:", "4:1: `title` must be text, not nothing"),
    "empty text": ("title: Small", 'title: " "', "4:8: `title` is empty"),
    "text in place of a list": ("next: [L2]", "next: L2", "13:11: `next` must be a list, not text"),
    "list in place of a mapping": (
        "descriptors: {breadth: A team}",
        "descriptors: [a]",
        "16:18: `descriptors` must be a mapping, not a list",
    ),
    "text in place of a part": (
        "    evidence:\n      kinds: [pull_request, incident]\n      min_count: 2",
        "    evidence: much",
        "29:15: `evidence` must be a mapping, not text",
    ),
    "number beyond all bounds": (
        "step: 1",
        "step: 99999999999999999999999",
        "20:11: `step` must be a whole number, not a number",
    ),
    "step 0": ("step: 1", "step: 0", "20:11: `step` must be at least 1, not 0"),
    "unknown origin": (
        "origin: org",
        "origin: ours",
        "22:13: `origin` must be `document`, `derived`, `house` or `org`, not `ours`",
    ),
    "unknown kind": (
        "kinds: [pull_request, incident]",
        "kinds: [pull_request, gossip]",
        f"30:29: `kinds` must be {KINDS}, not `gossip`",
    ),
    "unknown rule": (
        "rule: k_of_n, k: 1",
        "rule: most",
        "37:44: `rule` must be `all_required`, `k_of_n`, `minimum_step` or `points`, not `most`",
    ),
    "name of a level that is too long": (
        "    rank: 2\n",
        "    rank: 2\n  - id: " + "x" * 33 + "\n    rank: 3\n",
        "16:9: `id` is longer than 32 characters",
    ),
    "no levels": (
        SMALL[SMALL.index("levels:") : SMALL.index("expectations:")],
        "levels: []\n",
        "10:9: `levels` needs at least 1",
    ),
    "unknown competency": (
        "competency: craft",
        "competency: crafts",
        "19:17: there is no competency `crafts`; did you mean `craft`?",
    ),
    "unknown axis": ("axes: [breadth]", "axes: [depth]", "27:12: there is no axis `depth`"),
    "unknown axis of a descriptor": ("{breadth: A team}", "{depth: A team}", "16:19: there is no axis `depth`"),
    "unknown level": ("next: [L2]", "next: [L2, L3]", "13:16: there is no level `L3`"),
    "unknown competency of a profile": (
        "    rank: 2",
        "    rank: 2\n    profile: {crafty: 2}",
        "16:15: there is no competency `crafty`; did you mean `craft`?",
    ),
    "unknown competency of a cell": (
        "{competency: craft,",
        "{competency: carft,",
        "37:20: there is no competency `carft`; did you mean `craft`?",
    ),
    "unknown level of a cell": ("level: L2, rule: k_of_n", "level: L7, rule: k_of_n", "37:34: there is no level `L7`"),
    "unknown level of an example": ("- level: L1", "- level: L0", "47:16: there is no level `L0`"),
    "unknown tier": ("to: L2", "to: vendor", "40:9: there is no level `vendor`"),
    "unknown level of a default": (
        "aggregation:",
        "evidence_defaults: {L5: {min_count: 1}}\naggregation:",
        "35:21: there is no level `L5`",
    ),
    "unknown level of a points table": (
        "aggregation:",
        "points:\n  per_step: [0, 1, 2]\n  levels: {L1: 0, L3: 2}\naggregation:",
        "37:19: there is no level `L3`",
    ),
    "duplicate id": ("id: two", "id: one", "23:9: the id `one` is used twice"),
    "duplicate level": (
        "  - id: L2\n    rank: 2\n",
        "  - id: L2\n    rank: 2\n  - id: L1\n    rank: 1\n    next: [L2]\n",
        "16:9: the id `L1` is used twice",
    ),
    "circle": (
        "    rank: 2\n",
        "    rank: 2\n    next: [L1]\n",
        "16:12: `next` runs in a circle here: `L2` leads to `L1` and back",
    ),
    "level that leads to itself": (
        "    rank: 2\n",
        "    rank: 2\n    next: [L2]\n",
        "16:12: `next` runs in a circle here: `L2` leads to `L2` and back",
    ),
    "step beyond the scale": ("step: 2", "step: 3", "25:11: step 3, but `craft` has 2"),
    "two sentences": (
        "text: Finishes small tasks.",
        "text: Finishes tasks. Likes it.",
        "21:11: the text must be one sentence; make two expectations of it",
    ),
    "too many words": (
        "text: Finishes small tasks.",
        "text: Finishes" + " very" * 29 + " small tasks.",
        "21:11: the text has 32 words; 30 is the most",
    ),
    "window shorter than span": (
        "      min_count: 2",
        "      min_count: 2\n      window_days: 30\n      span_days: 60",
        "32:20: the window of 30 days is shorter than the span of 60 days",
    ),
    "more kinds than pieces": (
        "      min_count: 2",
        "      min_count: 1\n      span_days: 0\n      min_kinds: 2",
        "33:18: 2 kinds cannot come from 1 pieces",
    ),
    "more kinds than count": (
        "      min_count: 2",
        "      min_count: 3\n      min_kinds: 3",
        "32:18: 3 kinds are asked for, but only 2 count",
    ),
    "no source": (
        "    sources:\n      - file: handbook.txt\n        quote: finishes large tasks\n",
        "",
        "23:5: the origin is `document`, so a source with its words is needed",
    ),
    "words that do not occur": (
        "quote: finishes large tasks",
        "quote: finishes everything",
        "34:16: these words do not occur in `handbook.txt`",
    ),
    "unknown document": (
        "file: handbook.txt",
        "file: hand-book.txt",
        "33:15: there is no source document `hand-book.txt`; did you mean `handbook.txt`?",
    ),
    "retired id": ("retired: [zero]", "retired: [two]", "23:9: `two` is retired; an id is never used again"),
    "bar that is not supported": (
        "retired:",
        "promotion_bar: {current: most}\nretired:",
        "49:26: `most` is not supported; only `all` is for now",
    ),
    "k above n": ("k: 1}", "k: 2}", "37:55: `k` is 2, but `craft` at `L2` has 1 required"),
    "k_of_n without k": (", k: 1", "", "37:44: `k_of_n` needs `k`"),
    "k without k_of_n": ("rule: k_of_n", "rule: all_required", "37:61: `k` goes with `k_of_n` only"),
    "two rules for a cell": (
        "k: 1}",
        "k: 1}\n    - {competency: craft, level: L2}",
        "38:7: `craft` at `L2` has two rules",
    ),
    "points without a table": ("rule: k_of_n, k: 1", "rule: points", "37:44: `points` needs the table `points`"),
    "tier that is not above": ("to: L2", "to: L1", "40:9: `L1` is not above `L1`"),
    "months upside down": (
        "    rank: 2",
        "    rank: 2\n    typical_months: {low: 5, high: 2}",
        "16:36: `high` is less than `low`",
    ),
    "overlay without a base": (
        "ladder: small",
        "ladder: small+house",
        "2:9: `small+house` is named as an overlay, but `extends` is missing",
    ),
}


@pytest.mark.parametrize("name", ONE_FAULT)
def test_one_broken_place_gives_one_fault_at_that_place(name):
    old, new, expected = ONE_FAULT[name]
    assert faults_of(broken((old, new))) == [expected]


def test_level_without_a_required_expectation_of_its_own_is_refused():
    text = broken(
        ("    step: 2", "    step: 2\n    required: false"),
        ("    - {competency: craft, level: L2, rule: k_of_n, k: 1}", "    []"),
    )
    assert faults_of(text) == ["14:5: `L2` has no required expectation of its own: it asks for nothing beyond `L1`"]


def test_first_level_without_a_required_expectation_is_refused():
    text = broken(("    step: 1", "    step: 1\n    required: false"))
    assert faults_of(text) == ["11:5: `L1` has no required expectation: everybody would be ready for it"]


def test_rank_that_does_not_rise_along_next_is_refused():
    assert faults_of(broken(("rank: 1", "rank: 2"))) == [
        "13:12: rank must rise: `L2` has rank 2, `L1` has 2",
        "40:9: `L2` is not above `L1`",
    ]


def test_profile_that_falls_along_next_is_refused():
    text = broken(("    rank: 2", "    rank: 2\n    profile: {craft: 0}"), ("rule: k_of_n, k: 1", "rule: all_required"))
    assert faults_of(text)[0] == "13:12: the profile falls: `L1` demands step 1 of `craft`, `L2` only 0"


def test_profile_beyond_the_scale_is_refused():
    assert faults_of(broken(("    rank: 2", "    rank: 2\n    profile: {craft: 3}"))) == [
        "16:22: step 3, but `craft` has 2"
    ]


def test_faults_of_shape_and_of_rules_come_in_the_same_run():
    text = broken(
        ("title: Small", "title: 5"),
        ("rank: 1\n", "rank: one\n"),
        ("competency: craft", "competency: crafts"),
        ("step: 2", 'step: "2"'),
        ("axes: [breadth]", "axes: [length]"),
        ("origin: document", "origin: documents"),
        ("quote: finishes large tasks", "quote: never said"),
        ("from: L1", "from: L3"),
        ("- level: L1", "- level: L1\n        colour: red"),
        ("retired: [zero]", "retired: [zero, zero]"),
    )
    assert faults_of(text) == [
        "4:8: `title` must be text, not a number; put it in quotes",
        "12:11: `rank` must be a whole number, not text",
        "19:17: there is no competency `crafts`; did you mean `craft`?",
        "25:11: `step` must be a whole number, not text",
        "27:12: there is no axis `length`",
        "28:13: `origin` must be `document`, `derived`, `house` or `org`, not `documents`",
        "34:16: these words do not occur in `handbook.txt`",
        "39:11: there is no level `L3`",
        "48:9: unknown key `colour`",
        "50:17: `zero` is listed twice",
    ]


def test_broken_entry_brings_no_false_complaint_about_what_refers_to_it():
    assert faults_of(broken(("    rank: 2", "    rank: two"))) == ["15:11: `rank` must be a whole number, not text"]
    assert faults_of(broken(("  - id: craft\n", "  - id: craft\n    steps: none\n"))) == [
        "9:12: `steps` must be a whole number, not text"
    ]


def test_broken_entry_that_repeats_an_id_is_told_both():
    text = broken(("  - id: L2\n    rank: 2\n", "  - id: L2\n    rank: 2\n  - id: L1\n    rank: x\n"))
    assert faults_of(text) == ["16:9: the id `L1` is used twice", "17:11: `rank` must be a whole number, not text"]


def test_unquoted_no_is_a_word():
    ladder = load_ladder_text(broken(("title: Small", "title: no")), file="f").ladder
    assert ladder.title == "no"


def test_without_source_documents_quotations_are_not_looked_up():
    loaded = load_ladder_text(broken(("quote: finishes large tasks", "quote: anything")), file="f")
    assert loaded.ladder.expectation("two").sources[0].quote == "anything"


def test_id_retired_by_an_earlier_version_is_refused():
    with pytest.raises(LadderFileError) as refusal:
        load_ladder_text(SMALL, file="f", retired_before=lambda slug: {"one"} if slug == "small" else ())
    assert [str(fault) for fault in refusal.value.faults] == ["f:18:9: `one` is retired; an id is never used again"]


def test_message_stays_on_one_readable_line_whatever_it_repeats():
    (fault,) = faults_of(broken(("title: Small", 'title: Small\n"a\\nb' + "c" * 900 + '": 1')))
    assert fault.startswith("5:1: unknown key `a bccc")
    assert len(fault) < 420
    assert "\n" not in fault
