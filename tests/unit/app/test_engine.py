"""Engine processes, really started."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from hsi_studio.app.engine import Engine
from hsi_studio.live.messages import Failed


@pytest.fixture
def engine(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    engine = Engine("engine_services:Counting")
    yield engine
    engine.stop()


@pytest.fixture
def said(engine: Engine) -> list[tuple[str, object]]:
    heard: list[tuple[str, object]] = []
    engine.answered.connect(lambda kind, value: heard.append((kind, value)))
    return heard


def _until_done(engine: Engine, qtbot: QtBot, ask: Callable[[], object]) -> None:
    with qtbot.waitSignal(engine.done, timeout=180_000):
        ask()


def test_answers_come_in_order(engine: Engine, said: list[tuple[str, object]], qtbot: QtBot) -> None:
    _until_done(engine, qtbot, lambda: engine.request("count", 5))
    assert said == [("count", i) for i in range(5)]
    assert engine.busy == ()


def test_the_process_steps_back_behind_the_window(engine: Engine, qtbot: QtBot) -> None:
    _until_done(engine, qtbot, lambda: engine.request("count", 1))
    own, theirs = psutil.Process().nice(), psutil.Process(engine.pid).nice()
    assert theirs == psutil.BELOW_NORMAL_PRIORITY_CLASS if psutil.WINDOWS else theirs > own


def test_at_its_first_rest_it_lets_searches_for_garbage_pass_over_its_libraries(
    engine: Engine, said: list[tuple[str, object]], qtbot: QtBot
) -> None:
    _until_done(engine, qtbot, lambda: engine.request("settled"))
    qtbot.wait(1500)
    _until_done(engine, qtbot, lambda: engine.request("settled"))
    (_, before), (_, after) = said
    assert before == 0
    assert isinstance(after, int)
    assert after > 10_000


def test_newer_request_takes_the_place_of_an_older_one(
    engine: Engine, said: list[tuple[str, object]], qtbot: QtBot
) -> None:
    engine.request("count", 100_000)
    qtbot.waitUntil(lambda: len(said) > 2, timeout=180_000)
    heard = len(said)
    _until_done(engine, qtbot, lambda: engine.request("count", 3))
    assert said[heard:] == [("count", i) for i in range(3)]


def test_urgent_request_overtakes_a_running_one(
    engine: Engine, said: list[tuple[str, object]], qtbot: QtBot
) -> None:
    engine.request("count", 100_000, priority=9)
    qtbot.waitUntil(lambda: len(said) > 2, timeout=180_000)
    with qtbot.waitSignal(engine.answered, check_params_cb=lambda kind, _: kind == "echo", timeout=60_000):
        engine.request("echo", "now", priority=1)
    qtbot.waitUntil(lambda: engine.busy == ("count",), timeout=60_000)
    engine.cancel("count")
    assert engine.busy == ()


def test_errors_are_told_and_the_process_goes_on(engine: Engine, qtbot: QtBot) -> None:
    failures: list[Failed] = []
    engine.failed.connect(lambda _, failed: failures.append(failed))
    for kind in ("fail", "crash"):
        with qtbot.waitSignal(engine.failed, timeout=180_000):
            engine.request(kind)
    assert (failures[0].cause, failures[0].remedy, failures[0].details) == ("it is broken", "mend it", "")
    assert failures[1].cause == "RuntimeError: a slip"
    assert "engine_services.py" in failures[1].details
    _until_done(engine, qtbot, lambda: engine.request("echo", 1))


def test_death_is_told_and_the_next_request_starts_anew(engine: Engine, qtbot: QtBot) -> None:
    _until_done(engine, qtbot, lambda: engine.request("echo", 1))
    with qtbot.waitSignal(engine.died, timeout=180_000) as death:
        engine.request("die")
    assert death.args == [-signal.SIGABRT]
    _until_done(engine, qtbot, lambda: engine.request("echo", 1))


def test_stopping_ends_the_process_at_once(
    engine: Engine, said: list[tuple[str, object]], qtbot: QtBot
) -> None:
    engine.request("count", 100_000)
    qtbot.waitUntil(lambda: bool(said), timeout=180_000)
    assert engine.pid is not None
    process = psutil.Process(engine.pid)
    started = time.monotonic()
    engine.stop()
    assert time.monotonic() - started < 2
    assert not process.is_running()


def test_released_process_is_replaced_at_the_next_request(engine: Engine, qtbot: QtBot) -> None:
    _until_done(engine, qtbot, lambda: engine.request("echo", 1))
    first = engine.pid
    engine.release()
    _until_done(engine, qtbot, lambda: engine.request("echo", 1))
    assert engine.pid not in (None, first)


def test_process_ends_with_the_program(tmp_path: Path) -> None:
    """Also when that is killed."""
    import subprocess
    import sys

    code = (
        "import sys, time; sys.path.insert(0, sys.argv[1])\n"
        "from hsi_studio.live.process import EngineProcess\n"
        "if __name__ == '__main__':\n"
        "    print(EngineProcess('engine_services:Counting').pid, flush=True); time.sleep(60)\n"
    )
    script = tmp_path / "window.py"
    script.write_text(code)
    command = [sys.executable, str(script), str(Path(__file__).parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as window:
        assert window.stdout is not None
        child = psutil.Process(int(window.stdout.readline()))
        os.kill(window.pid, signal.SIGKILL)
        child.wait(20)
    assert not child.is_running()


def test_stopping_does_not_wait_for_a_step_that_never_ends(
    engine: Engine, said: list[tuple[str, object]], qtbot: QtBot
) -> None:
    engine.request("hang")
    qtbot.waitUntil(lambda: bool(said), timeout=180_000)
    started = time.monotonic()
    engine.stop()
    assert time.monotonic() - started < 2


def test_process_does_not_import_the_program_that_was_started(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "from hsi_studio.live.messages import Request\n"
        "from hsi_studio.live.process import EngineProcess\n"
        "print('imported', flush=True)\n"
        "if __name__ == '__main__':\n"
        "    spec, process = __spec__, EngineProcess('engine_services:Counting')\n"
        "    process.connection.send(Request('echo', 1, 5, 'here'))\n"
        "    print(process.connection.recv().value, __spec__ is spec)\n",
        encoding="utf-8",
    )
    places = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    said = subprocess.run(
        [sys.executable, str(program)],
        check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": places},
    )  # fmt: skip
    assert said.stdout.split("\n") == ["imported", "here True", ""]
