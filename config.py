"""Settings, read from the environment once, typed, with safe defaults. No secret lives in this file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MIN_SECRET_BYTES = 32
DATABASE_FILE = "belay.db"
EXAMPLE_SECRETS = frozenset({"change-me", "changeme", "secret", "development", "example"})


class SettingsError(Exception):
    """A setting is missing or wrong. The message names the variable and what would be right."""


@dataclass(frozen=True)
class Settings:
    """What a deployment decides. Policies of the company are rows in the database, not settings."""

    database_url: str
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
        if faults:
            raise SettingsError("\n".join(faults))
        fallbacks = tuple(part for part in env.get("BELAY_SECRET_KEY_FALLBACKS", "").split(",") if part)
        return cls(
            database_url=env.get("BELAY_DATABASE_URL") or sqlite_url(data_dir),
            data_dir=data_dir,
            secret_key=env.get("BELAY_SECRET_KEY", ""),
            secret_key_fallbacks=fallbacks,
            base_url=base_url,
            mail_url=env.get("BELAY_MAIL_URL", ""),
            timezone=zone,
            company=env.get("BELAY_COMPANY", ""),
            proxies=int(proxies),
            plain_http=env.get("BELAY_PLAIN_HTTP", "") == "1",
        )

    def check_fit_to_serve(self) -> None:
        """Refuse to serve on a missing, short or example secret, or in plain HTTP on a public address."""
        secret = self.secret_key
        if not secret:
            raise SettingsError("BELAY_SECRET_KEY is not set; set it to at least 32 random characters.")
        if secret.lower() in EXAMPLE_SECRETS or len(set(secret)) < MIN_SECRET_BYTES // 4:
            raise SettingsError("BELAY_SECRET_KEY is an example; set it to at least 32 random characters.")
        if len(secret.encode()) < MIN_SECRET_BYTES:
            raise SettingsError("BELAY_SECRET_KEY is too short; set it to at least 32 random characters.")
        host = urlsplit(self.base_url).hostname or ""
        if self.plain_http and host not in {"127.0.0.1", "localhost", "::1"}:
            raise SettingsError("BELAY_PLAIN_HTTP=1 is only for a loopback BELAY_BASE_URL; put a TLS proxy in front.")
        if not self.plain_http and urlsplit(self.base_url).scheme != "https":
            raise SettingsError("BELAY_BASE_URL must begin with https://, or set BELAY_PLAIN_HTTP=1 on a loopback one.")


def sqlite_url(data_dir: Path) -> str:
    """Return the address of the embedded database inside a data folder."""
    return f"sqlite:///{data_dir / DATABASE_FILE}"
