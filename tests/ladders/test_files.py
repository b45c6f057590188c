"""Whatever a path leads to, the answer is a ladder or a sentence."""

import os
from pathlib import Path

import pytest

from app.ladders.loader import LadderFileError, load_ladder_file, parents_in, read_sources
from tests.ladders.small import SMALL


def refusal_of(path):
    with pytest.raises(LadderFileError) as refusal:
        load_ladder_file(path)
    return [str(fault).removeprefix(f"{path}:") for fault in refusal.value.faults]


def written(folder, content: bytes):
    path = folder / "ladder.yaml"
    path.write_bytes(content)
    return path


def test_missing_file_is_named(tmp_path):
    assert refusal_of(tmp_path / "none.yaml") == ["1:1: there is no such file"]


def test_folder_is_not_a_ladder_file(tmp_path):
    assert refusal_of(tmp_path) == ["1:1: this is a folder, not a ladder file"]


def test_pipe_is_refused_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert refusal_of(tmp_path / "pipe") == ["1:1: this is not a regular file"]


def test_path_below_a_file_is_answered(tmp_path):
    (tmp_path / "a").write_text("", encoding="utf-8")
    assert refusal_of(tmp_path / "a" / "b.yaml") == ["1:1: this file cannot be read: Not a directory"]


def test_path_with_a_nul_is_answered(tmp_path):
    assert refusal_of(tmp_path / "a\0b")[0].startswith("1:1: this file cannot be read: ")


def test_file_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    path = written(tmp_path, SMALL.encode())

    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert refusal_of(path) == ["1:1: this file may not be read; check its permissions"]


def test_huge_file_is_refused_without_being_read(tmp_path, monkeypatch):
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(60_000_000)
    monkeypatch.setattr(Path, "open", None)
    assert refusal_of(path) == ["1:1: this file has 57.2 MiB; a ladder file may have 1 MiB"]


def test_file_that_grows_while_it_is_read_is_refused(tmp_path, monkeypatch):
    path = written(tmp_path, b"a" * (1024 * 1024 + 1))
    small = os.stat_result((0o100644, 0, 0, 1, 0, 0, 10, 0, 0, 0))
    monkeypatch.setattr(Path, "stat", lambda _path: small)
    assert refusal_of(path) == ["1:1: this file has 1.0 MiB; a ladder file may have 1 MiB"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_unicode_encodings_are_recognised(tmp_path, encoding):
    (fault,) = refusal_of(written(tmp_path, SMALL.encode(encoding)))
    assert fault.startswith("1:1: this file ")
    assert fault.endswith("; save it as UTF-8")


def test_latin_1_is_refused_with_the_place_of_the_first_byte(tmp_path):
    content = SMALL.replace("title: Small", "title: Kleine für alle").encode("latin-1")
    assert refusal_of(written(tmp_path, content)) == ["4:16: this file is not UTF-8: byte 0xFC here; save it as UTF-8"]


def test_every_control_character_is_named_with_its_place(tmp_path):
    content = SMALL.replace("title: Small", "title: Sm\0all\x07").replace("Tests it", "Tests\x9b it")
    assert refusal_of(written(tmp_path, content.encode())) == [
        "4:10: the character U+0000 is not allowed",
        "4:14: the character U+0007 is not allowed",
        "48:20: the character U+009B is not allowed",
    ]


@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
def test_byte_order_mark_and_line_ends_of_other_systems_are_accepted(tmp_path, line_end):
    content = b"\xef\xbb\xbf" + SMALL.replace("\n", line_end).encode()
    assert load_ladder_file(written(tmp_path, content)).ladder.slug == "small"


def test_line_is_counted_right_with_line_ends_of_other_systems(tmp_path):
    content = SMALL.replace("step: 1", "step: x").replace("\n", "\r\n").encode()
    assert refusal_of(written(tmp_path, content)) == ["20:11: `step` must be a whole number, not text"]


def test_loaded_file_keeps_its_text_with_comments(tmp_path):
    path = written(tmp_path, b"# ours\n" + SMALL.encode())
    loaded = load_ladder_file(path)
    assert loaded.text == "# ours\n" + SMALL
    assert loaded.file == str(path)


def test_source_documents_are_read_by_name(tmp_path):
    (tmp_path / "b.txt").write_text("B", encoding="utf-8")
    (tmp_path / "a.txt").write_text("A", encoding="utf-8")
    assert read_sources(tmp_path) == {"a.txt": "A", "b.txt": "B"}
    assert read_sources(tmp_path / "none") is None


def test_parents_are_found_by_name_and_version(tmp_path):
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "1.0.0.yaml").write_text(SMALL, encoding="utf-8")
    find = parents_in(tmp_path)
    assert find("small", "1.0.0").title == "Small"
    assert find("small", "2.0.0") is None
