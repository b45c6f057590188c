"""Settings, read from the environment once, typed, with safe defaults. No secret lives in this file."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MIN_SECRET_BYTES = 32
DATABASE_FILE = "belay.db"
EXAMPLE_SECRETS = frozenset({"change-me", "changeme", "secret", "development", "example"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
MAIL_PORTS = {"smtp": 25, "smtps": 465}
MAIL_FOLDER = "file"
MAIL_URL_HINT = "write one such as smtp://name:password@mail.example:587, smtps://mail.example or file:///folder"
SENDER = re.compile(r"[^\s@<>,;:\"\x00-\x1f\x7f]+@[^\s@<>,;:\"\x00-\x1f\x7f]+")
LOG_FORMATS = ("json", "text")


class SettingsError(Exception):
    """A setting is missing or wrong. The message names the variable and what would be right."""


@dataclass(frozen=True)
class MailServer:
    """Where mail goes: an SMTP server (`smtp`, `smtps`), or a `folder` that takes each mail as a file."""

    scheme: str
    sender: str
    host: str = ""
    port: int = 0
    user: str = field(repr=False, default="")
    password: str = field(repr=False, default="")
    folder: Path | None = None

    @property
    def is_loopback(self) -> bool:
        """Say whether the server is on this machine, so that nobody can listen on the way."""
        return self.host in LOOPBACK


@dataclass(frozen=True)
class Settings:
    """What a deployment decides. Policies of the company are rows in the database, not settings."""

    database_url: str = field(repr=False)
    data_dir: Path
    secret_key: str = field(repr=False, default="")
    secret_key_fallbacks: tuple[str, ...] = field(repr=False, default=())
    base_url: str = "http://127.0.0.1:8000"
    mail_url: str = field(repr=False, default="")
    timezone: str = "UTC"
    company: str = ""
    proxies: int = 0
    plain_http: bool = False
    demo: bool = False
    testing: bool = False
    password_cost: int = 3
    log_format: str = "json"
    debug: bool = False

    @property
    def mail_server(self) -> MailServer | None:
        """Return where mail goes; None when mail is off."""
        return read_mail_url(self.mail_url, self.base_url) if self.mail_url else None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the BELAY_… variables. SettingsError names every variable at fault."""
        env = os.environ if environ is None else environ
        data_dir = Path(env.get("BELAY_DATA", "var/belay")).expanduser().absolute()
        zone = env.get("BELAY_TIMEZONE", "UTC")
        faults = []
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            faults.append(f"BELAY_TIMEZONE: “{zone}” is no time zone; write one such as Europe/Berlin.")
        base_url = env.get("BELAY_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
        if urlsplit(base_url).scheme not in {"http", "https"} or not urlsplit(base_url).hostname:
            faults.append(f"BELAY_BASE_URL: “{base_url}” is no address; write one such as https://belay.example.")
        proxies = env.get("BELAY_PROXIES", "0")
        if not (proxies.isascii() and proxies.isdigit()):
            faults.append(f"BELAY_PROXIES: “{proxies}” is no number; write how many proxies stand in front, 0 or 1.")
        log_format = env.get("BELAY_LOG") or LOG_FORMATS[0]
        if log_format not in LOG_FORMATS:
            faults.append("BELAY_LOG: write json, or text for lines that people read.")
        secret_key, secret_faults = read_secret(env)
        faults += secret_faults
        mail_url = env.get("BELAY_MAIL_URL", "")
        try:
            # An address at fault is named above; the sender is then made from a stand-in.
            read_mail_url(mail_url, base_url if urlsplit(base_url).hostname else "http://localhost")
        except SettingsError as error:
            faults.append(str(error))
        if faults:
            raise SettingsError("\n".join(faults))
        fallbacks = tuple(part for part in env.get("BELAY_SECRET_KEY_FALLBACKS", "").split(",") if part)
        return cls(
            database_url=env.get("BELAY_DATABASE_URL") or sqlite_url(data_dir),
            data_dir=data_dir,
            secret_key=secret_key,
            secret_key_fallbacks=fallbacks,
            base_url=base_url,
            mail_url=mail_url,
            timezone=zone,
            company=env.get("BELAY_COMPANY", ""),
            proxies=int(proxies),
            plain_http=env.get("BELAY_PLAIN_HTTP", "") == "1",
            log_format=log_format,
        )

    def weaknesses(self) -> list[str]:
        """Return what works and had better be otherwise, a sentence each. Source: reliability checklist, item 39."""
        parts = urlsplit(self.database_url)
        if not parts.scheme.startswith("postgresql"):
            return []
        asked = dict(parse_qsl(parts.query))
        host = asked.get("host") or parts.hostname or ""
        is_here = not host or host.startswith("/") or host in LOOPBACK
        if is_here or asked.get("sslmode") == "verify-full":
            return []
        return ["BELAY_DATABASE_URL: the database is on another machine; add sslmode=verify-full to its address."]

    def check_fit_to_serve(self) -> None:
        """Refuse to serve on a missing, short or example secret, or in plain HTTP on a public address.

        A former secret still opens what it has signed, so it is held to the same.
        """
        if not self.secret_key:
            raise SettingsError(
                "BELAY_SECRET_KEY is not set; set it, or BELAY_SECRET_KEY_FILE, to at least 32 random characters."
            )
        if fault := weakness_of(self.secret_key):
            raise SettingsError(f"BELAY_SECRET_KEY is {fault}; set it to at least 32 random characters.")
        for place, former in enumerate(self.secret_key_fallbacks, start=1):
            if fault := weakness_of(former):
                raise SettingsError(
                    f"BELAY_SECRET_KEY_FALLBACKS: number {place} is {fault}; what it signs is trusted as much as what "
                    "BELAY_SECRET_KEY signs. Leave it out."
                )
        host = urlsplit(self.base_url).hostname or ""
        if self.plain_http and host not in LOOPBACK:
            raise SettingsError("BELAY_PLAIN_HTTP=1 is only for a loopback BELAY_BASE_URL; put a TLS proxy in front.")
        if not self.plain_http and urlsplit(self.base_url).scheme != "https":
            raise SettingsError("BELAY_BASE_URL must begin with https://, or set BELAY_PLAIN_HTTP=1 on a loopback one.")


def weakness_of(secret: str) -> str:
    """Return what is wrong with a secret, as it goes on after its name; empty when it can be used.

    >>> weakness_of("change-me"), weakness_of("9f2c61d0b7"), weakness_of("0123456789abcdef0123456789abcdef")
    ('an example', 'too short', '')
    """
    if secret.lower() in EXAMPLE_SECRETS or len(set(secret)) < MIN_SECRET_BYTES // 4:
        return "an example"
    return "too short" if len(secret.encode()) < MIN_SECRET_BYTES else ""


def sqlite_url(data_dir: Path) -> str:
    """Return the address of the embedded database inside a data folder."""
    return f"sqlite:///{data_dir / DATABASE_FILE}"


def read_secret(environ: Mapping[str, str]) -> tuple[str, list[str]]:
    """Return the secret of the environment, or of the file that it names, and what is wrong with them.

    Nobody but the owner may read the file. Source: reliability checklist, item 39.
    """
    secret, name = environ.get("BELAY_SECRET_KEY", ""), environ.get("BELAY_SECRET_KEY_FILE", "")
    if not name:
        return secret, []
    if secret:
        return "", ["BELAY_SECRET_KEY_FILE: BELAY_SECRET_KEY is set as well; leave one of them out."]
    file = Path(name).expanduser()
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
        if mode & 0o077:
            return "", [f"BELAY_SECRET_KEY_FILE: others may read {file}; run: chmod 600 {file}"]
        return file.read_text(encoding="utf-8").strip(), []
    except (OSError, ValueError) as error:
        return "", [f"BELAY_SECRET_KEY_FILE: {file} cannot be read ({type(error).__name__})."]


def read_mail_url(url: str, base_url: str) -> MailServer | None:
    """Read BELAY_MAIL_URL; None when mail is off. SettingsError says what is wrong, and never repeats the address.

    >>> read_mail_url("smtp://mail.example", "https://belay.example")
    MailServer(scheme='smtp', sender='belay@belay.example', host='mail.example', port=25, folder=None)
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise SettingsError(f"BELAY_MAIL_URL: this is no address; {MAIL_URL_HINT}.") from None
    sender = _sender(parts, base_url)
    if parts.scheme == MAIL_FOLDER:
        folder = Path(unquote(parts.path))
        if host or not folder.is_absolute() or folder == Path("/"):
            raise SettingsError("BELAY_MAIL_URL: a folder is written with three slashes, such as file:///var/mail.")
        return MailServer(parts.scheme, sender, folder=folder)
    if parts.scheme not in MAIL_PORTS:
        raise SettingsError(f"BELAY_MAIL_URL: it begins neither with smtp:// nor with smtps://; {MAIL_URL_HINT}.")
    if not host or parts.path.strip("/") or port == 0:
        raise SettingsError(f"BELAY_MAIL_URL: it names no mail server, or more than one; {MAIL_URL_HINT}.")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise SettingsError("BELAY_MAIL_URL: it has a name without a password, or the other way round; write both.")
    if not (user + password).isascii() or not (user + password).isprintable():
        raise SettingsError(
            "BELAY_MAIL_URL: name and password are of ASCII characters only; mail servers take no other."
        )
    return MailServer(parts.scheme, sender, host, port or MAIL_PORTS[parts.scheme], user, password)


def _sender(parts: SplitResult, base_url: str) -> str:
    """Return the address that mail comes from: `?from=`, else belay at the host of the base URL."""
    asked = dict(parse_qsl(parts.query.replace("+", "%2B"), keep_blank_values=True))
    unknown = sorted(set(asked) - {"from"})
    if unknown or parts.fragment:
        raise SettingsError("BELAY_MAIL_URL: after the question mark stands only from=…; write # as %23 before it.")
    host = urlsplit(base_url).hostname or "localhost"
    # A host that is an IPv6 number stands in brackets in an address.
    sender = asked.get("from") or f"belay@{f'[IPv6:{host}]' if ':' in host else host}"
    if "from" in asked and not SENDER.fullmatch(sender):
        raise SettingsError("BELAY_MAIL_URL: from= is no mail address; write one such as from=belay@company.example.")
    return sender
