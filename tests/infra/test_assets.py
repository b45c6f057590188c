"""What is served under /assets."""

from __future__ import annotations

import gzip
import os
import re
from pathlib import Path

import pytest
from flask import Flask

from app.infra import assets

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
FIRST_VISIT = 60_000


@pytest.fixture(scope="module")
def asset_app():
    app = Flask("belay_assets", static_folder=str(STATIC))
    assets.register(app)
    return app


@pytest.fixture
def store(asset_app):
    return asset_app.extensions["assets"]


def address(app, name):
    with app.test_request_context():
        return assets.asset_url(name)


@pytest.mark.parametrize(
    "name,kind",
    [("css", "text/css"), ("js/app.js", "text/javascript"), ("icons.svg", "image/svg+xml"), ("favicon.svg", "image")],
)
def test_asset_is_served_to_be_kept_for_a_year(asset_app, name, kind):
    answer = asset_app.test_client().get(address(asset_app, name))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(kind)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.data


def test_browser_that_takes_gzip_gets_the_same_bytes_compressed(asset_app):
    where = address(asset_app, "css")
    plain = asset_app.test_client().get(where)
    packed = asset_app.test_client().get(where, headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["ETag"] != plain.headers["ETag"]


def test_known_etag_is_answered_with_not_modified(asset_app):
    client, where = asset_app.test_client(), address(asset_app, "icons.svg")
    etag = client.get(where).headers["ETag"]
    again = client.get(where, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(where, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["app.0000000000000000.css", "../config.py", "js/app.js", "%2e%2e/config.py", "css/app.css", "", "icons.svg"],
)
def test_nothing_but_assets_is_served(asset_app, path):
    assert asset_app.test_client().get(f"/assets/{path}").status_code == 404


def test_modules_find_each_other_by_relative_address(asset_app, store):
    folder = address(asset_app, "js/app.js").rpartition("/")[0]
    for name in [name for name in store.current().names if name.startswith("js/")]:
        for imported in re.findall(r'from "\./([^"]+)"', (STATIC / name).read_text(encoding="utf-8")):
            assert address(asset_app, f"js/{imported}") == f"{folder}/{imported}"


def test_unknown_asset_is_an_error_of_the_template(asset_app):
    with asset_app.test_request_context(), pytest.raises(KeyError):
        assets.asset_url("js/none.js")


def test_joined_style_keeps_the_order_of_the_entry_sheet():
    style = assets.joined_style(STATIC / "css" / "app.css").decode()
    assert style.startswith("@layer reset, tokens, base, layout, components, responsive, utilities;")
    assert "@import" not in style
    assert style.index("--page:") < style.index(".shell {") < style.index(".button {") < style.index(".theme-switch {")


def test_every_sheet_is_in_the_entry_sheet_once():
    named = assets.IMPORT.findall((STATIC / "css" / "app.css").read_text(encoding="utf-8"))
    there = {path.relative_to(STATIC / "css").as_posix() for path in (STATIC / "css").rglob("*.css")} - {"app.css"}
    assert sorted(named) == sorted(there)


def test_entry_sheet_without_the_order_of_layers_is_refused(tmp_path):
    (tmp_path / "app.css").write_text('@import url("a.css");', encoding="utf-8")
    with pytest.raises(ValueError, match="order of the layers"):
        assets.joined_style(tmp_path / "app.css")


def test_missing_sheet_stops_the_start(tmp_path):
    (tmp_path / "app.css").write_text('@layer base;\n@import url("gone.css");', encoding="utf-8")
    with pytest.raises(FileNotFoundError):
        assets.joined_style(tmp_path / "app.css")


def test_first_visit_stays_small(store):
    current = store.current()
    assert sum(len(current.find(current.path(name)).compressed) for name in current.names) < FIRST_VISIT


def test_raw_colours_stand_in_the_token_sheet_only():
    for path in sorted((STATIC / "css").rglob("*.css")):
        if path.name != "tokens.css":
            found = re.findall(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch)\(", path.read_text(encoding="utf-8"))
            assert found == [], path.name


def test_assets_are_open_to_everybody():
    assert assets.send_asset.is_public is True


def copy_of_static(folder: Path) -> Path:
    for path in (p for p in STATIC.rglob("*") if p.is_file()):
        target = folder / path.relative_to(STATIC)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    return folder


@pytest.mark.parametrize("watch", [True, False])
def test_changed_sheet_is_read_anew_in_debug_mode_only(tmp_path, watch):
    folder = copy_of_static(tmp_path)
    store = assets.AssetStore(folder, watch=watch)
    before = store.current().path("css")
    sheet = folder / "css" / "base.css"
    sheet.write_text("@layer base { body { margin: 0; } }", encoding="utf-8")
    os.utime(sheet, ns=(1, 1))
    assert (store.current().path("css") != before) is watch


def test_equal_folders_give_equal_addresses(tmp_path, store):
    copied = assets.Assets(copy_of_static(tmp_path))
    assert [copied.path(name) for name in copied.names] == [store.current().path(n) for n in store.current().names]
