"""Writes summaries.json: what SciPy 1.10 says of normal quantiles and of the exact test of Fisher.

Run: /usr/bin/python3 test/analysis/references/summaries/make-summaries.py
"""

import json
import pathlib

from scipy import stats

probabilities = [1e-12, 1e-6, 0.0001, 0.01, 0.074, 0.076, 0.3, 0.5, 0.9, 0.975, 0.999]
tables = [(0, 7, 7, 7), (1, 7, 0, 7), (5, 7, 0, 7), (3, 7, 2, 5), (12, 30, 3, 29), (30, 30, 0, 30), (1, 1, 0, 1), (4, 9, 4, 9), (180, 366, 120, 366)]

pathlib.Path(__file__).with_name("summaries.json").write_text(
    json.dumps(
        {
            "quantiles": [{"p": p, "z": stats.norm.ppf(p)} for p in probabilities],
            "tables": [
                {"a": a, "n": n, "b": b, "m": m, "p": stats.fisher_exact([[a, n - a], [b, m - b]])[1]}
                for a, n, b, m in tables
            ],
        },
        indent=1,
    )
    + "\n"
)
