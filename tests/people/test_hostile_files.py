"""Whatever 32 MB hold, they are read or refused soon and with little memory: nobody can stop the server with a file.

What is counted is the processor's time, which does not depend on what else the machine does, and the memory beside the
file. Each shape takes a quarter of the bound or less.
"""

from __future__ import annotations

import time
import tracemalloc

import pytest

from app.domain.roster_cells import MOST_WRONG_EMAILS
from app.infra.table_file import MAX_BYTES, MAX_LINES_BEFORE_HEADER
from app.people.queries import importing
from tests.conftest import NOW

TODAY = NOW.date()
HEADER = b"employee_id,name,email\n"
SECONDS = 2
MEGABYTE = 1024 * 1024


def filled(unit: bytes, begin: bytes = b"") -> bytes:
    return begin + unit * ((MAX_BYTES - len(begin)) // len(unit))


SHAPES = {
    "line feeds": lambda: filled(b"\n"),
    "carriage returns": lambda: filled(b"\r"),
    "blank rows of commas": lambda: filled(b",\n"),
    "commas": lambda: filled(b","),
    "a separator in every line": lambda: filled(b"sep=;\n"),
    "quotation marks": lambda: filled(b'"'),
    "quotation marks in every line": lambda: filled(b'""""""\n'),
    "quotation marks below the header": lambda: filled(b'"', HEADER),
    "a quotation mark that is never closed": lambda: filled(b"x\n", HEADER + b'"'),
    "one record of many lines": lambda: filled(b'\n","', HEADER + b'"'),
    "a million columns": lambda: filled(b"c,"),
    "a million cells": lambda: filled(b"1,", HEADER),
    "one word": lambda: filled(b"a"),
    "NULs": lambda: filled(b"\0"),
    "NULs below the header": lambda: filled(b"x\0\n", HEADER),
    "Shift-JIS": lambda: filled("山田太郎,営業部\n".encode("shift_jis"), HEADER),
    "a bad byte at the end": lambda: filled(b" ", HEADER)[:-1] + b"\xff",
    "spaces": lambda: filled(b" "),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_hostile_file_is_refused_soon_and_with_little_memory(session, shape):
    content = SHAPES[shape]()
    begun = time.process_time()
    plan = importing.plan_import(content, from_on=TODAY, today=TODAY, importer_id=None)
    taken = time.process_time() - begun
    assert plan.faults_in_all
    assert taken <= SECONDS
    tracemalloc.start()
    importing.plan_import(content, from_on=TODAY, today=TODAY, importer_id=None)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * MEGABYTE


def test_header_is_looked_for_in_the_first_lines_only(session):
    (fault,) = importing.plan_import(b"\n" * 200 + HEADER, from_on=TODAY, today=TODAY, importer_id=None).faults
    assert f"first {MAX_LINES_BEFORE_HEADER} rows are blank" in fault.message
    assert not importing.plan_import(
        b"\n" * 50 + HEADER + b"1,Ada,a@b.co", from_on=TODAY, today=TODAY, importer_id=None
    ).faults


# Addresses ---------------------------------------------------------------------


@pytest.fixture
def asked(monkeypatch):
    """Return every address that was put to the library."""
    addresses: list[str] = []
    check = importing.validate_email

    def note(address, **options):
        addresses.append(address)
        return check(address, **options)

    monkeypatch.setattr(importing, "validate_email", note)
    return addresses


def plan_with(*addresses: str):
    rows = [f"E{number},Ada,{address}" for number, address in enumerate(addresses)]
    content = HEADER + "\n".join(rows).encode()
    return importing.plan_import(content, from_on=TODAY, today=TODAY, importer_id=None)


def test_domain_of_many_addresses_is_looked_at_once(session, asked):
    assert not plan_with(*(f"p{number}@bücher.example" for number in range(50))).faults
    assert sum(address.endswith("bücher.example") for address in asked) == 1
    assert not plan_with("jörg@bücher.example", "jörg@larkspur.example").faults


def test_over_long_domain_is_refused_before_it_is_looked_at(session, asked):
    (fault,) = plan_with("ada@" + "ä." * 110 + "de").faults
    assert "longer than 100 characters" in fault.message
    assert asked == []


def test_only_so_many_foreign_domains_are_looked_at(session, asked):
    addresses = [f"p@bücher{number}.example" for number in range(importing.MOST_DOMAINS + 20)]
    assert plan_with(*addresses).faults_in_all == 20
    assert sum(not address.isascii() for address in asked) == importing.MOST_DOMAINS


def test_addresses_are_not_checked_once_thousands_are_wrong(session, asked):
    plan = plan_with(*(f"nobody {number}" for number in range(MOST_WRONG_EMAILS + 500)))
    assert (plan.faults_in_all, len(asked)) == (MOST_WRONG_EMAILS, MOST_WRONG_EMAILS)
