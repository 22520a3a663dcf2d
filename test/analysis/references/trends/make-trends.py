"""Writes trends.json, the reference values of test/analysis/trends: Theil-Sen's line and Kendall's tau by SciPy 1.10.1
(Debian: apt-get install python3-scipy), Kendall's test by R 4.2 (cor.test; apt-get install r-base-core). NIST's reference
data sets for regression (Norris, Pontius ...) certify least squares, not medians of slopes, so none of them is here.

Run: /usr/bin/python3 test/analysis/references/trends/make-trends.py
"""
import json
import subprocess
from pathlib import Path

import numpy as np
from scipy import stats

rng = np.random.default_rng(20240229)

IN_R = """
pairs <- as.matrix(read.table(file("stdin")))
test <- suppressWarnings(cor.test(pairs[, 1], pairs[, 2], method = "kendall", exact = FALSE))
cat(sprintf("%.17g %.17g", test$statistic, test$estimate))
"""


def ask_r(days, values):
    """Kendall's z = S / sqrt(Var S), ties in the variance and no continuity correction, and tau."""
    table = "\n".join(f"{day} {value!r}" for day, value in zip(days, values))
    answer = subprocess.run(["Rscript", "-e", IN_R], input=table, capture_output=True, text=True, check=True)
    z, tau = (float(number) for number in answer.stdout.split())
    # R divides by n - 2 for ties on both sides, and has no z for two pairs.
    return (None if np.isnan(z) else z), tau


def case(name, days, values):
    days, values = [int(day) for day in days], [float(value) for value in values]
    slope, intercept, _, _ = stats.theilslopes(values, days)
    z, tau_in_r = ask_r(days, values)
    tau = stats.kendalltau(days, values)[0]
    assert abs(tau - tau_in_r) < 1e-12
    return {"name": name, "days": days, "values": values, "slope": slope, "intercept": intercept, "tau": tau, "z": z}


def rounded(values):
    return np.round(values, 4)


def noise(n):
    values = [rng.normal()]
    for _ in range(n - 1):
        values.append(0.3 * values[-1] + np.sqrt(0.91) * rng.normal())
    return np.array(values)


def with_gaps(n, days):
    return np.sort(rng.choice(days, n, replace=False))


n = 260
t = np.arange(n)
gaps = with_gaps(n, 900)
cases = [
    case("rising noise", t, rounded(noise(n) + t / n)),
    case("falling noise, odd number of slopes", t[:251], rounded(noise(251) - 2 * t[:251] / n)),
    case("no trend, unequal days", gaps, rounded(noise(n))),
    case("falling, unequal days", gaps, rounded(noise(n) - gaps / 100)),
    case("steps a day, whole numbers", t, np.round(8000 + 2500 * noise(n) + 3 * t)),
    case("weight to a tenth, full of equal slopes", t, np.round(80 - t / 150 + 0.3 * noise(n), 1)),
    case("ratings, nearly all slopes zero", t, np.clip(np.round(3 + noise(n)), 1, 5)),
    case("yes from the middle on", t, t >= n // 2),
    case("whole numbers that rise every third day", t, t // 3),
    case("all slopes equal, unequal days", gaps, 3 * gaps - 7),
    case("all slopes equal but for rounding", t, 0.1 * t + 80),
    case("far from zero, hardly rising", t, 1e9 + np.round(1e3 * noise(n)) / 1e3 + t * 1e-4),
    case("outliers", t, np.where(t % 40 == 7, 1e12, rounded(noise(n)))),
    case("log-normal", t, rounded(np.exp(2 * noise(n)))),
    case("two days", [3, 10], [1.0, 2.0]),
    case("three days", [0, 1, 5], [2.0, 1.0, 7.0]),
    case("ten values", t[:10], rounded(noise(10) + t[:10] / 5)),
]
target = Path(__file__).with_name("trends.json")
target.write_text(json.dumps({"cases": cases}, allow_nan=False) + "\n")
