"""The registry of methods without what methods need."""

import subprocess
import sys


def test_choosing_a_method_and_opening_files_needs_no_torch() -> None:
    code = (
        "import sys; import hsi_studio.ml.methods, hsi_studio.ml.model_file, hsi_studio.ml.label_embeddings;"
        "raise SystemExit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
