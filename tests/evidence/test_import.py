"""Reading a file of evidence: what is taken, what is refused and in which words, and what a hostile one does."""

from __future__ import annotations

import json
import time
from datetime import date

import pytest

from app.domain.evidence import EvidenceKind
from app.evidence.import_file import MOST_BYTES, MOST_FAULTS, MOST_ROWS, read_file
from app.evidence.import_forms import packed, unpacked

TODAY = date(2026, 11, 21)
HEADER = "source_id,kind,title,link,occurred_on,occurred_from,narrative\n"
GOOD_ROW = "7,pull request,Refunds keep their currency,https://code.example/7,2026-11-03,,\n"


def read(text: str | bytes):
    return read_file(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"), TODAY)


def only_fault(text: str | bytes):
    reading = read(text)
    assert reading.faults_in_all == 1, reading.faults
    return reading.faults[0]


def row(**changed: str) -> str:
    cells = dict(zip(HEADER.strip().split(","), GOOD_ROW.strip().split(","), strict=True)) | changed
    return HEADER + ",".join('"' + cell.replace('"', '""') + '"' for cell in cells.values()) + "\n"


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_a_table_is_read_with_and_without_a_mark(bom):
    (entry,) = read(bom + (HEADER + GOOD_ROW).encode()).entries
    assert (entry.row, entry.kind, entry.title) == (2, EvidenceKind.PULL_REQUEST, "Refunds keep their currency")
    assert (entry.link, entry.occurred_on) == ("https://code.example/7", date(2026, 11, 3))


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("wrapped", [False, True])
def test_a_list_of_objects_is_read_as_well(bom, wrapped):
    piece = {"source_id": 7, "kind": "incident", "title": "Ärger", "link": "https://a.example/", "narrative": "a\nb"}
    found = [piece | {"occurred_on": "2026-10-14", "occurred_from": "2026-10-12", "extra": [1]}]
    reading = read(bom + json.dumps({"evidence": found} if wrapped else found).encode())
    (entry,) = reading.entries
    assert (entry.row, entry.source_id, entry.title, entry.narrative) == (1, "7", "Ärger", "a\nb")
    assert (entry.occurred_from, entry.occurred_on) == (date(2026, 10, 12), date(2026, 10, 14))
    assert reading.ignored == ["extra"]


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("pull_request", "pull_request"), ("Pull request", "pull_request"), ("PR", "pull_request"),
        ("pull-request", "pull_request"), ("review", "code_review"), ("Code review", "code_review"),
        ("ticket", "ticket"), ("issue", "ticket"), ("INCIDENT", "incident"), ("Design document", "design_doc"),
    ],
)  # fmt: skip
def test_kinds_have_their_names_and_common_words(word, kind):
    assert read(row(kind=word)).entries[0].kind == kind


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-11-03", "2026-11-03"), ("2026-11-03T23:30:00Z", "2026-11-03"), ("2026-11-03 09:00:00", "2026-11-03")],
)
def test_days_may_be_moments(text, day):
    assert read(row(occurred_on=text)).entries[0].occurred_on == date.fromisoformat(day)


def test_cells_that_look_like_formulas_are_text():
    (entry,) = read(row(title="=HYPERLINK(A1)", narrative="@SUM(1+1)|cmd")).entries
    assert (entry.title, entry.narrative) == ("=HYPERLINK(A1)", "@SUM(1+1)|cmd")


FAULTS = {
    "kind": ("kind", {"kind": "deed"}, "Write one of: Design document"),
    "no kind": ("kind", {"kind": ""}, "Say what it is"),
    "no title": ("title", {"title": "  "}, "Write one line"),
    "long title": ("title", {"title": "x" * 201}, "at most 200 characters; here are 201"),
    "no link": ("link", {"link": ""}, "A row needs a link"),
    "link without a scheme": ("link", {"link": "code.example/7"}, "Write it with https://"),
    "script for a link": ("link", {"link": "javascript:alert(1)"}, "Write it with https://"),
    "link with a user name": ("link", {"link": "https://a@b.example/"}, "Take out the user name"),
    "no day": ("occurred_on", {"occurred_on": ""}, "as 2026-11-30"),
    "a day as in a spreadsheet": ("occurred_on", {"occurred_on": "3/11/26"}, "This is no day"),
    "a day that is none": ("occurred_on", {"occurred_on": "2026-02-30"}, "This is no day"),
    "a day ahead": ("occurred_on", {"occurred_on": "2026-11-22"}, "That day lies ahead"),
    "days in the wrong order": ("occurred_from", {"occurred_from": "2026-11-04"}, "The first day lies after"),
    "control character": ("title", {"title": "a\x07b"}, "invisible control characters"),
    "turned around": ("narrative", {"narrative": "abc\u202edef"}, "invisible control characters"),
    "long story": ("narrative", {"narrative": "x" * 20_001}, "at most 20000 characters"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_names_row_column_and_what_would_be_right(case):
    column, changed, said = FAULTS[case]
    fault = only_fault(row(**changed))
    assert (fault.row, fault.column) == (2, column)
    assert said in fault.message


def test_a_row_that_repeats_a_link_or_a_source_is_passed_over_with_a_remark():
    for other, column in (
        (GOOD_ROW.replace("7,", "8,", 1).replace("code.example/7", "CODE.example/7/"), "link"),
        (GOOD_ROW.replace("code.example/7", "code.example/8"), "source_id"),
    ):
        reading = read_file((HEADER + GOOD_ROW + other).encode(), TODAY)
        assert (len(reading.entries), reading.faults_in_all) == (1, 0)
        remark = reading.repeated[0]
        assert (remark.row, remark.column) == (3, column)
        assert "Row 2 has the same one" in remark.message


def test_two_comments_on_one_page_are_two_pieces():
    other = GOOD_ROW.replace("7,", "8,", 1).replace("code.example/7", "code.example/7#comment-2")
    assert len(read_file((HEADER + GOOD_ROW + other).encode(), TODAY).entries) == 2


HOSTILE = {
    "nothing": (b"", "The file is empty"),
    "only a mark": (b"\xef\xbb\xbf \n", "The file is empty"),
    "no header": (b"a,b\n1,2\n", "The header lacks kind"),
    "a column twice": (HEADER.replace("source_id", "title").encode(), "This column stands there twice"),
    "Latin-1": ((HEADER + GOOD_ROW.replace("Refunds", "Grüße")).encode("latin-1"), "not UTF-8"),
    "UTF-16": ((HEADER + GOOD_ROW).encode("utf-16"), "UTF-16"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"x" * 50, "PNG picture"),
    "a workbook": (b"PK\x03\x04" + b"\0" * 40, "not a CSV file"),
    "NUL": ((HEADER + GOOD_ROW.replace("Refunds", "Re\0funds")).encode(), "NUL"),
    "an open quotation mark": ((HEADER + '1,"ticket').encode(), "never closed"),
    "JSON that breaks off": (b'[{"kind": "ticket"', "begins as JSON and is none"),
    "JSON in Latin-1": ('[{"title": "Grüße"}]'.encode("latin-1"), "not UTF-8"),
    "an object": (b'{"kind": "ticket"}', "no list"),
    "two lists": (b'{"a": [], "b": []}', "no list"),
    "nested lists": (b"[" * 200_000, "nested too deeply"),
    "nested objects": (b'{"a":' * 200_000, "nested too deeply"),
    "a huge number": (b'[{"source_id": ' + b"9" * 50_000 + b"}]", "too long"),
    "NaN": (b'[{"source_id": NaN}]', "NaN"),
    "a name twice": (b'[{"kind": "ticket", "kind": "incident"}]', "names this twice"),
    "too large": (b"x" * (MOST_BYTES + 1), "larger than 2 MB"),
    "many rows": ((HEADER + "\n".join(["x"] * (MOST_ROWS + 1))).encode(), "more than 1000 rows"),
    "a longer row": ((HEADER + GOOD_ROW.strip() + ",more,more\n").encode(), "more cells than"),
    "a long line": ((HEADER + "x" * 300_000).encode(), "longer than"),
    "a million commas": (b"," * 1_000_000, "more than 200 columns"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_soon_and_in_words(case):
    content, said = HOSTILE[case]
    begun = time.process_time()
    reading = read(content)
    assert time.process_time() - begun < 2
    assert any(said in fault.message for fault in reading.faults), [fault.message for fault in reading.faults]
    assert len(reading.faults) <= MOST_FAULTS
    assert not any("people file" in fault.message or "employee" in fault.message for fault in reading.faults)


@pytest.mark.parametrize("value", ["1.5", "true", "[]", "{}"])
def test_values_of_json_that_are_no_text_are_named(value):
    piece = '{"kind": "ticket", "title": "a", "link": "https://a.example", "occurred_on": "2026-11-01", "narrative": '
    fault = only_fault(f"[{piece}{value}}}]")
    assert (fault.row, fault.column, fault.value) == (1, "narrative", value)


def test_things_of_json_that_are_no_objects_are_named():
    assert only_fault("[7]").message.startswith("This is no object")


def test_a_lone_surrogate_of_json_is_refused_and_can_be_shown():
    fault = only_fault(
        '[{"kind": "ticket", "title": "a\\ud800", "link": "https://a.example", "occurred_on": "2026-11-01"}]'
    )
    assert fault.column == "title"
    fault.value.encode()


def test_only_the_first_faults_are_kept_and_all_are_counted():
    reading = read(HEADER + "1,deed,,x,y,,\n" * 900)
    assert reading.faults_in_all > 3000
    assert len(reading.faults) == MOST_FAULTS


@pytest.mark.parametrize(
    "text", ["", "x", "äö", packed(b"a" * (MOST_BYTES + 1)), packed(b"abc")[:-4], "====", "\ud800"]
)
def test_what_a_preview_did_not_carry_is_not_unpacked(text):
    assert unpacked(text) is None
    assert unpacked(packed(b"abc")) == b"abc"
