"""Ctrl+C and a polite end: `stopped.` on standard error, status 1, nothing half-written."""

import signal
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")

# A shell that starts programs in the background makes them deaf to Ctrl+C.
HEARING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
MAIN = "from hsi_studio.__main__ import main; main()"

INTERRUPTED = """
    import os, sys, time
    number, module = sys.argv.pop(), sys.argv.pop()
    class Interrupting:
        def find_spec(self, name, *_):
            if name == module:
                # As in a data class that is being defined, of which Python keeps a mark.
                exec(f"os.kill(os.getpid(), {number}); time.sleep(5)")
    sys.meta_path.insert(0, Interrupting())
    """


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_being_stopped_midway_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    values = np.lib.format.open_memmap(tmp_path / "in.npy", "w+", np.float32, (4000, 1000, 25))
    values.flush()
    del values
    (tmp_path / "out.tif").write_text("older")
    command = ["convert", str(tmp_path / "in.npy"), str(tmp_path / "out.tif"), "--overwrite"]
    started = subprocess.Popen(
        [sys.executable, "-c", f"{HEARING}; {MAIN}", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while started.poll() is None and _written(tmp_path) < 1_000_000:
        time.sleep(0.001)
    started.send_signal(number)
    out, err = started.communicate(timeout=30)
    assert (out, err.splitlines()[-1], "Traceback" in err) == ("", "hsi-studio: stopped.", False)
    assert started.returncode == 1
    assert {path.name for path in tmp_path.iterdir()} == {"in.npy", "out.tif"}
    assert (tmp_path / "out.tif").read_text() == "older"


def _written(folder: Path) -> int:
    """Return the bytes in temporary files."""
    with suppress(FileNotFoundError):
        return sum(path.stat().st_size for path in folder.glob(".*"))
    return 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "module", ["hsi_studio.cli.app", "typer", "hsi_studio.cli.embed", "hsi_studio.core.classes", "torch"]
)
def test_the_first_imports_are_stopped_as_well(module: str, number: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "classes.yaml").write_text("- {id: 1, name: corn, color: '#102030', description: Corn.}\n")
    script = f"{HEARING}\n{textwrap.dedent(INTERRUPTED)}\n{MAIN}"
    done = subprocess.run(
        [sys.executable, "-c", script, "embed", str(tmp_path / "classes.yaml"), module, str(int(number))],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "hsi-studio: stopped.\n")
