"""Settings survive restarts, and a damaged file never keeps the program from starting."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from hsi_studio.app.settings import RECENT_LIMIT, Settings, load_settings, save_settings, settings_file


def test_settings_written_are_read_back(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "settings.json"
    settings = Settings(theme="dark", shortcuts={"file.open": "Ctrl+P", "view.fit": ""}, layout="AAA=")
    settings.remember(Path("/data/é.hdr"))
    save_settings(settings, file)
    assert load_settings(file) == (settings, "")
    assert [path.name for path in file.parent.iterdir()] == ["settings.json"]


def test_no_file_gives_defaults_without_a_message(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "settings.json") == (Settings(), "")


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b'{"theme": "pink"}', b'{"recent": 3}', b"[]"])
def test_a_damaged_file_gives_defaults_a_message_and_is_kept(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "settings.json"
    file.write_bytes(content)
    settings, message = load_settings(file)
    assert settings == Settings()
    assert "settings.damaged.json" in message
    assert (tmp_path / "settings.damaged.json").read_bytes() == content
    assert load_settings(file) == (Settings(), "")


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    (file / "inside").mkdir(parents=True)
    settings, message = load_settings(file)
    assert settings == Settings()
    assert "could not be read" in message


def test_keys_of_a_newer_version_are_ignored(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"theme": "light", "hologram": true}')
    assert load_settings(file)[0].theme == "light"


def test_recent_files_are_newest_first_without_repeats() -> None:
    settings = Settings()
    for i in range(RECENT_LIMIT + 3):
        settings.remember(Path(f"/cube{i}.hdr"))
    settings.remember(Path("/cube5.hdr"))
    assert settings.recent[:2] == ["/cube5.hdr", f"/cube{RECENT_LIMIT + 2}.hdr"]
    assert len(settings.recent) == len(set(settings.recent)) == RECENT_LIMIT
    settings.forget("/cube5.hdr")
    assert "/cube5.hdr" not in settings.recent


def test_a_wrong_value_is_refused_when_it_is_set() -> None:
    with pytest.raises(ValidationError):
        Settings().theme = "pink"  # type: ignore[assignment]


def test_settings_live_in_the_users_folder() -> None:
    assert settings_file().name == "settings.json"
    assert "hsi_studio" in settings_file().parent.name


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "settings.json"
    save_settings(Settings(theme="dark"), file)

    def fail(_: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        save_settings(Settings(theme="light"), file)
    assert load_settings(file)[0].theme == "dark"
    assert list(tmp_path.iterdir()) == [file]
