"""From a path to text: bounded, decoded, and with a sentence for everything that can go wrong."""

from __future__ import annotations

import codecs
import re
import stat
from pathlib import Path

from app.ladders.loader.faults import Fault, LadderFileError

LARGEST = 1024 * 1024
"""The most bytes a ladder file may have. The larger of the shipped ladders has about 100 kB."""

_OTHER_ENCODINGS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


def read_text(path: Path) -> str:
    """Return the text of a ladder file. Raises LadderFileError for whatever is not a readable UTF-8 file of 1 MiB.

    The size is looked at before anything is read, so a huge file, a device or a pipe costs nothing.
    """
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            raise _error(path, "this is a folder, not a ladder file")
        if not stat.S_ISREG(about.st_mode):
            raise _error(path, "this is not a regular file")
        if about.st_size > LARGEST:
            raise _error(path, _too_large(about.st_size))
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise _error(path, "there is no such file") from None
    except PermissionError:
        raise _error(path, "this file may not be read; check its permissions") from None
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise _error(path, f"this file cannot be read: {reason}") from None
    if len(content) > LARGEST:
        raise _error(path, _too_large(len(content)))
    return decode(content, str(path))


def decode(content: bytes, file: str) -> str:
    """Return the text of the bytes of a ladder file; a UTF-8 byte order mark is left out.

    Raises LadderFileError with the place of the first byte that is not UTF-8, or of every control character.
    """
    for mark, encoding in _OTHER_ENCODINGS:
        if content.startswith(mark):
            raise LadderFileError([Fault(file, 1, 1, f"this file is {encoding}; save it as UTF-8")])
    try:
        text = content.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode()) + 1
        message = f"this file is not UTF-8: byte 0x{error.object[error.start]:02X} here; save it as UTF-8"
        raise LadderFileError([Fault(file, line, column, message)]) from None
    unfit = [
        Fault(file, number, found.start() + 1, f"the character U+{ord(found[0]):04X} is not allowed")
        for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1)
        for found in _UNFIT.finditer(line)
    ]
    if text[:2].count("\0") == 1:
        raise LadderFileError([Fault(file, 1, 1, "this file looks like UTF-16; save it as UTF-8")])
    if unfit:
        raise LadderFileError(unfit)
    return text


def read_sources(folder: Path) -> dict[str, str] | None:
    """Return the texts of the source documents in a folder by file name, None where there is no such folder."""
    if not folder.is_dir():
        return None
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))}


def _error(path: Path, message: str) -> LadderFileError:
    return LadderFileError([Fault(str(path), 1, 1, message)])


def _too_large(size: int) -> str:
    return f"this file has {size / LARGEST:.1f} MiB; a ladder file may have 1 MiB"
