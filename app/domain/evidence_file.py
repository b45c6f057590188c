"""What may be attached to a piece of evidence: which kinds of file, how large, how many, and under which names.

The ending of a name and the content must agree; what could hold a program (web pages, pictures made of XML, archives,
documents of offices) is not taken. Source: reliability checklist, items 31 and 32.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote

from app.domain.errors import InvalidError

MEGABYTE = 1024 * 1024
MOST_BYTES = 10 * MEGABYTE
"""Of one file, and of all that come with one submit."""
MOST_FILES = 10
"""Of one piece."""
NAME_LENGTH = 120
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "txt": "text/plain",
    "md": "text/markdown",
    "csv": "text/csv",
}
ENDINGS = "PDF, PNG, JPG, TXT, MD or CSV"
KIND_NAMES = {
    "pdf": "PDF document",
    "png": "PNG picture",
    "jpg": "JPEG picture",
    "jpeg": "JPEG picture",
    "txt": "text",
    "md": "Markdown text",
    "csv": "CSV table",
}
FIELD = "files"
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_JPEG, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
_PDF, _PDF_END = b"%PDF-", b"%%EOF"
_PDF_TAIL = 2048
_ARCHIVE_END = b"PK\x05\x06"
_ARCHIVE_END_LENGTH = 22
_ARCHIVE_TAIL = _ARCHIVE_END_LENGTH + 0xFFFF
_MAGIC = (
    (_PDF, "a PDF document"),
    (_PNG, "a PNG picture"),
    (_JPEG, "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"PK\x03\x04", "an archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"\x1f\x8b", "a compressed file"),
    (b"{\\rtf", "an office document"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
)
_BEGINNING = 1024
_WEB_PAGE = re.compile(r"<(?:!doctype|html|svg|script|\?xml)\b|<\?xml", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# What cannot be seen, or turns the writing around it, so that "cod.exe" passes for "exe.doc".
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"
"""Invisible as well, and letters of Persian, Hindi and others cannot be written without them."""


class FileTooLargeError(InvalidError):
    """A file is larger than `MOST_BYTES`."""


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file that was looked at: its name, its media type and its bytes."""

    name: str
    media_type: str
    content: bytes


def checked_file(name: str, content: bytes) -> EvidenceFile:
    """Return a file under its tidy name. InvalidError names the file and says what is wrong with it.

    >>> checked_file("notes.txt", b"Two options.").media_type
    'text/plain'
    """
    tidy = tidy_name(name)
    ending = ending_of(tidy)
    if ending not in MEDIA_TYPES:
        raise InvalidError(f"“{tidy}” cannot be added: a file is {ENDINGS}.", field=FIELD)
    if len(content) > MOST_BYTES:
        raise FileTooLargeError(f"“{tidy}” is larger than {MOST_BYTES // MEGABYTE} MB.", field=FIELD)
    if not content:
        raise InvalidError(f"“{tidy}” is empty.", field=FIELD)
    if fault := _fault_of(ending, content):
        raise InvalidError(f"“{tidy}” cannot be added: {fault}", field=FIELD)
    return EvidenceFile(tidy, MEDIA_TYPES[ending], content)


def tidy_name(name: str) -> str:
    r"""Return the name of a file without folders and without what cannot be seen, its ending kept when it is shortened.

    >>> tidy_name("C:\\notes\\split.md"), tidy_name("../../pass\x00wd"), tidy_name("a\u202ecod.exe"), tidy_name("..")
    ('split.md', 'passwd', 'acod.exe', 'file')
    """
    last = re.split(r"[/\\]", name)[-1]
    seen = "".join(
        char
        for char in unicodedata.normalize("NFC", last)
        if char in _JOINERS or unicodedata.category(char) not in _UNSEEN
    )
    tidy = " ".join(seen.split()).strip(". ")
    if len(tidy) > NAME_LENGTH:
        stem, dot, ending = tidy.rpartition(".")
        short = bool(dot) and len(ending) <= len("jpeg")
        tidy = f"{stem[: NAME_LENGTH - len(ending) - 1].rstrip()}.{ending}" if short else tidy[:NAME_LENGTH].rstrip()
    return tidy or "file"


def ending_of(name: str) -> str:
    """Return what stands after the last dot of a name, in small letters.

    >>> ending_of("Report.PDF"), ending_of("invoice.pdf.exe"), ending_of("notes")
    ('pdf', 'exe', '')
    """
    stem, dot, ending = name.rpartition(".")
    return ending.lower() if dot and stem else ""


def _fault_of(ending: str, content: bytes) -> str:
    """Return what is wrong with a content, as it goes on after a colon; empty when nothing is."""
    wanted = KIND_NAMES[ending]
    if is_archive(content):
        return "it is an archive as well, and archives are not taken."
    if MEDIA_TYPES[ending].startswith("text/"):
        return _fault_of_text(content, wanted)
    whole = {"pdf": _is_pdf, "png": _is_png}.get(ending, _is_jpeg)(content)
    if whole:
        return ""
    said = kind_of(content)
    if said and said.endswith(wanted):
        return f"the {wanted} is damaged or not complete. Save it anew."
    return f"its name says {wanted}, and its content is {said or 'something else'}."


def kind_of(content: bytes) -> str:
    """Return what a content is by its first bytes, in words; empty when they say nothing."""
    return next((what for magic, what in _MAGIC if content.startswith(magic)), "")


def is_archive(content: bytes) -> bool:
    """Say whether a content ends as a ZIP archive does: whatever it begins with, a program would unpack it."""
    tail = content[-_ARCHIVE_TAIL:]
    at = tail.rfind(_ARCHIVE_END)
    while at >= 0:
        comment = int.from_bytes(tail[at + 20 : at + _ARCHIVE_END_LENGTH], "little")
        if at + _ARCHIVE_END_LENGTH + comment == len(tail):
            return True
        at = tail.rfind(_ARCHIVE_END, 0, at)
    return False


def _is_pdf(content: bytes) -> bool:
    return content.startswith(_PDF) and _PDF_END in content[-_PDF_TAIL:]


def _is_png(content: bytes) -> bool:
    """Say whether a picture begins and ends as one, with nothing behind its end."""
    return content.startswith(_PNG) and content[12:16] == b"IHDR" and content.endswith(_PNG_END)


def _is_jpeg(content: bytes) -> bool:
    # Telephones append a film or a second picture of their own, so that the end may lie before the end of the file.
    return content.startswith(_JPEG) and _JPEG_END in content


def _fault_of_text(content: bytes, wanted: str) -> str:
    said = kind_of(content)
    # A text may well begin with the letters "MZ".
    if said and said != "a program":
        return f"its name says {wanted}, and its content is {said}."
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "it is no text in UTF-8. Save it as UTF-8 and add it again."
    if found := _CONTROLS.search(text):
        line = text.count("\n", 0, found.start()) + 1
        return f"line {line} holds a control character, so it is no text that people read."
    if _WEB_PAGE.match(text[:_BEGINNING].lstrip()):
        return f"its name says {wanted}, and its content is a web page or a drawing in XML."
    return ""


def size_words(size: int) -> str:
    """Return a number of bytes as people say it.

    >>> size_words(812), size_words(20_480), size_words(1_572_864), size_words(10_485_760)
    ('812 bytes', '20 KB', '1.5 MB', '10 MB')
    """
    if size < 1024:  # noqa: PLR2004 - a kilobyte
        return f"{size} {'byte' if size == 1 else 'bytes'}"
    if size < MEGABYTE:
        return f"{-(-size // 1024)} KB"
    return f"{size / MEGABYTE:.1f}".removesuffix(".0") + " MB"


def disposition(name: str) -> str:
    r"""Return the header that hands a file over under its name, and never shows it inside a page.

    Whoever cannot read the full name gets it in ASCII. Source: reliability checklist, item 33, and RFC 6266.

    >>> disposition("notes.txt")
    'attachment; filename="notes.txt"'
    >>> disposition('Prüfung "2".pdf')
    'attachment; filename="Prufung _2_.pdf"; filename*=UTF-8\'\'Pr%C3%BCfung%20%222%22.pdf'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    safe = re.sub(r"[^A-Za-z0-9._ ()-]", "_", plain).strip(" .")
    if not safe or safe == ending_of(name):
        safe = f"file.{ending_of(name)}" if ending_of(name) else "file"
    if safe == name:
        return f'attachment; filename="{safe}"'
    return f"attachment; filename=\"{safe}\"; filename*=UTF-8''{quote(name, safe='')}"
