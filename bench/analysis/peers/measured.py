"""What every peer shares: reads the inputs, times the computing alone, writes the answers. See ../peer.ts."""

import json
import sys
import time
from pathlib import Path

import numpy as np


def serve(compute, repetitions=3):
    """Runs compute(inputs, parameters), which returns named arrays of numbers, and says how long each run took."""
    folder = Path(sys.argv[1])
    inputs = {path.stem.removeprefix("input-"): np.fromfile(path, "<f8") for path in folder.glob("input-*.f64")}
    parameters = json.loads((folder / "parameters.json").read_text())
    seconds = []
    for _ in range(repetitions):
        start = time.perf_counter()
        outputs = compute(inputs, parameters)
        seconds.append(time.perf_counter() - start)
    for name, values in outputs.items():
        np.asarray(values, dtype="<f8").ravel().tofile(folder / f"output-{name}.f64")
    (folder / "seconds.json").write_text(json.dumps(seconds))
