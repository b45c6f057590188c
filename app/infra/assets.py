"""The style sheet, the scripts and the drawings, read at start-up and served under addresses that name their bytes.

The sheets are joined in the order of `static/css/app.css`; that is all the building there is. An address carries a hash
of what it serves, so a browser may keep it for a year, and a new release is a new address.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request, url_for

KEEP = "public, max-age=31536000, immutable"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
DRAWINGS = ("icons.svg", "favicon.svg")
LAYER_ORDER = re.compile(r"@layer [^;{]+;")
IMPORT = re.compile(r'@import url\("([^"]+)"\);')


@dataclass(frozen=True)
class Asset:
    """One file as it leaves the server, plain and compressed."""

    body: bytes
    compressed: bytes
    content_type: str
    etag: str


class Assets:
    """All assets of one state of the static folder: what templates call them, and what is served where."""

    def __init__(self, folder: Path) -> None:
        """Read and join everything under `folder`; OSError when a sheet named in app.css is missing."""
        self._paths: dict[str, str] = {}
        self._by_path: dict[str, Asset] = {}
        style = joined_style(folder / "css" / "app.css")
        self._keep("css", f"app.{digest(style)}.css", style)
        for name in DRAWINGS:
            body = (folder / name).read_bytes()
            stem, _, ending = name.partition(".")
            self._keep(name, f"{stem}.{digest(body)}.{ending}", body)
        # Modules import each other by relative address, so all of them stand under one hash.
        modules = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.glob("js/**/*.js"))}
        together = digest(b"\0".join(name.encode() + b"\0" + body for name, body in modules.items()))
        for name, body in modules.items():
            self._keep(name, f"{together}/{name}", body)

    def _keep(self, name: str, path: str, body: bytes) -> None:
        self._paths[name] = path
        self._by_path[path] = Asset(
            body=body,
            compressed=gzip.compress(body, mtime=0),
            content_type=TYPES[Path(name).suffix or ".css"],
            etag=digest(body),
        )

    def path(self, name: str) -> str:
        """Return the path of an asset below /assets/; KeyError when there is none of that name."""
        return self._paths[name]

    def find(self, path: str) -> Asset | None:
        """Return what is served at a path, or None."""
        return self._by_path.get(path)

    @property
    def names(self) -> tuple[str, ...]:
        """Return every name that a template may ask for."""
        return tuple(self._paths)


class AssetStore:
    """Holds the assets of the running application; in debug mode it reads the folder anew when a file has changed."""

    def __init__(self, folder: Path, *, watch: bool) -> None:
        """Read the folder."""
        self._folder = folder
        self._watch = watch
        self._seen = self._times() if watch else ()
        self._assets = Assets(folder)

    def _times(self) -> tuple[tuple[str, int], ...]:
        return tuple((str(path), path.stat().st_mtime_ns) for path in sorted(self._folder.rglob("*.*")))

    def current(self) -> Assets:
        """Return the assets as they are now."""
        if self._watch and (times := self._times()) != self._seen:
            self._assets, self._seen = Assets(self._folder), times
        return self._assets


def digest(body: bytes) -> str:
    """Return the short hash that stands in an address."""
    return sha256(body).hexdigest()[:16]


def joined_style(entry: Path) -> bytes:
    """Return one sheet: the order of the layers, then every imported sheet in the order of the entry file."""
    text = entry.read_text(encoding="utf-8")
    order = LAYER_ORDER.search(text)
    if order is None:
        message = f"{entry.name} must state the order of the layers"
        raise ValueError(message)
    parts = [order.group()]
    parts += [(entry.parent / name).read_text(encoding="utf-8").strip() for name in IMPORT.findall(text)]
    return "\n".join(parts).encode()


bp = Blueprint("assets", __name__, url_prefix="/assets")


@bp.get("/<path:path>")
def send_asset(path: str) -> Response:
    """Send one asset, compressed where the browser takes it; 404 when no asset has this address."""
    asset = _store().current().find(path)
    if asset is None:
        abort(404)
    takes_gzip = request.accept_encodings["gzip"] > 0
    response = Response(asset.compressed if takes_gzip else asset.body, content_type=asset.content_type)
    response.headers["Cache-Control"] = KEEP
    response.headers["Vary"] = "Accept-Encoding"
    if takes_gzip:
        response.headers["Content-Encoding"] = "gzip"
    response.set_etag(f"{asset.etag}-gzip" if takes_gzip else asset.etag)
    response.make_conditional(request)
    return response


# The access guard lets everybody read what carries this mark; style and script hold nothing of anybody.
send_asset.is_public = True  # type: ignore[attr-defined]


def _store() -> AssetStore:
    store: AssetStore = current_app.extensions["assets"]
    return store


def asset_url(name: str) -> str:
    """Return the address of an asset by the name templates use: `css`, `js/app.js`, `icons.svg`, `favicon.svg`."""
    return url_for("assets.send_asset", path=_store().current().path(name))


def register(app: Flask) -> None:
    """Read the assets, serve them and give templates the function `asset(name)`."""
    folder = Path(app.static_folder) if app.static_folder else Path(app.root_path).parent / "static"
    app.extensions["assets"] = AssetStore(folder, watch=app.debug)
    app.register_blueprint(bp)
    app.jinja_env.globals["asset"] = asset_url
