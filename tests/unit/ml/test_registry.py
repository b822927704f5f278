"""The registry of methods without what methods need."""

import subprocess
import sys

from hsi_studio.ml.presets import FAST, PAPER, Settings


def test_choosing_a_method_and_opening_files_needs_no_torch() -> None:
    code = (
        "import sys; import hsi_studio.ml.methods, hsi_studio.ml.model_file, hsi_studio.ml.label_embeddings;"
        "raise SystemExit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_settings_of_a_method_have_its_own_sizes() -> None:
    assert Settings("s3fn-paper").sizes is PAPER
    assert Settings("s3fn").sizes is FAST
    assert Settings("s3fn-paper", FAST).sizes is FAST
