"""Rules about templates and other text. Each takes a text and returns its faults as “line: what is wrong”."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

JINJA_CODE = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
INLINE = re.compile(
    r"""\bstyle\s*=|<style\b|<script\b(?![^>]*\bsrc\s*=)|(?<=[\s"'])on[a-z]+\s*=|javascript:""", re.IGNORECASE
)
UNESCAPED = re.compile(r"\|\s*safe\b|\bautoescape\s+false\b")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
REGISTRY = re.compile(
    r"\b(?:pypi\.(?:org|python\.org)|(?:files\.)?pythonhosted\.org|test\.pypi\.org|registry\.npmjs\.org|"
    r"registry\.yarnpkg\.com|(?:cdn|data)\.jsdelivr\.net|unpkg\.com|cdnjs\.cloudflare\.com|docker\.io|ghcr\.io|quay\.io)"
    r"|--(?:extra-)?index-url\b|--find-links\b|@ file://",
    re.IGNORECASE,
)
HOME_FOLDER = re.compile(r"(?<![\w./<])/(?:root|home/\w+|Users/\w+)/")
# Two letters and fewer name the made-up expectations of tests, which no ladder holds.
EXPECTATION = re.compile(r"(?<![\w./-])(?:swe|sup)\.[a-z0-9][a-z0-9-]{2,}")


def inline_code(text: str) -> list[str]:
    """The content security policy allows neither inline style nor inline script."""
    # Jinja's own code is blanked, line breaks kept, so that a macro may have an argument called style.
    html = JINJA_CODE.sub(lambda match: "\n" * match[0].count("\n"), text)
    return found(INLINE, html)


def unescaped(text: str) -> list[str]:
    """What people write is escaped, always."""
    return found(UNESCAPED, text)


def unfinished(text: str) -> list[str]:
    """What is left to do is in the list of issues, not in the code."""
    return found(UNFINISHED, text)


def registry_addresses(text: str) -> list[str]:
    """Where packages come from is a matter of the machine that installs them."""
    return found(REGISTRY, text)


def machine_paths(text: str, checkout: Path) -> list[str]:
    """No file knows where somebody's checkout or home is."""
    faults = found(HOME_FOLDER, text)
    # A checkout directly below the root, such as /src, has a name that texts use for other things.
    if len(checkout.parts) > 2:
        faults += found(re.compile(re.escape(str(checkout)) + r"\b"), text)
    return faults


def unknown_expectations(text: str, known: Iterable[str]) -> list[str]:
    """An expectation that code or a test names exists in a ladder."""
    known = set(known)
    return [fault for fault in found(EXPECTATION, text) if fault.partition(": ")[2] not in known]


def defined_ids(document: object) -> set[str]:
    """Return every id that a ladder file or an overlay gives, wherever it is nested."""
    if isinstance(document, dict):
        own = {document["id"]} if isinstance(document.get("id"), str) else set()
        return own.union(*(defined_ids(part) for part in document.values()))
    if isinstance(document, list):
        return set().union(*(defined_ids(part) for part in document))
    return set()


def found(pattern: re.Pattern[str], text: str) -> list[str]:
    """Return each place where a pattern occurs, with its line."""
    return [f"{text.count(chr(10), 0, match.start()) + 1}: {match[0].strip()}" for match in pattern.finditer(text)]
