"""Writes statistics.json, the reference values of test/analysis, with SciPy 1.10.1 (Debian: apt-get install python3-scipy).

Run: /usr/bin/python3 test/analysis/references/make-statistics.py
"""
import json
from pathlib import Path

import numpy as np
from scipy import special, stats

rng = np.random.default_rng(20240229)


def round_list(values):
    return [round(float(value), 6) for value in values]


def correlation_case(name, a, b):
    a, b = round_list(a), round_list(b)
    return {
        "name": name, "a": a, "b": b,
        "pearson": stats.pearsonr(a, b)[0], "spearman": stats.spearmanr(a, b)[0],
        "ranksA": list(stats.rankdata(a)), "skewnessA": stats.skew(a), "kurtosisA": stats.kurtosis(a),
    }


def adjust(p_values):
    """Benjamini-Hochberg by its definition: q_(i) = min over j >= i of p_(j) m / j."""
    p = np.asarray(p_values)
    order = np.argsort(p)
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    q = np.minimum(1, np.minimum.accumulate(scaled[::-1])[::-1])
    return list(q[np.argsort(order)])


def trend_case(name, days, values):
    days, values = [int(d) for d in days], round_list(values)
    slope, intercept, _, _ = stats.theilslopes(values, days)
    n = len(values)
    ties = np.unique(values, return_counts=True)[1]
    return {
        "name": name, "days": days, "values": values, "slope": slope, "intercept": intercept,
        "tau": stats.kendalltau(days, values)[0],
        "score": int(sum(np.sign(values[j] - values[i]) for j in range(n) for i in range(j))),
        "variance": float((n * (n - 1) * (2 * n + 5) - np.sum(ties * (ties - 1) * (2 * ties + 5))) / 18),
    }


n = 40
x = rng.normal(size=n)
correlations = [
    correlation_case("normal", x, 0.6 * x + rng.normal(size=n)),
    correlation_case("ratings full of ties", rng.integers(1, 6, n), rng.integers(1, 6, n)),
    correlation_case("log-normal", np.exp(2 * x), np.exp(rng.normal(size=n) - x)),
    correlation_case("large offset", x + 1e6, x * 3 - 1e6 + rng.normal(size=n)),
]
student = [
    {"t": t, "df": df, "p": 2 * stats.t.sf(t, df)}
    for t in (0.001, 0.5, 1.96, 4, 12, 40)
    for df in (1.0, 2.5, 10, 37.3, 118, 1500.25)
]
coefficients = [
    {"r": r, "n": m, "p": special.betainc((m - 2) / 2, 0.5, 1 - r * r)}
    for r in (-0.95, -0.3, 0.01, 0.5, 0.9)
    for m in (3.5, 14, 84.6, 500)
]
gamma = [
    {"a": a, "x": x, "q": special.gammaincc(a, x)}
    for a in (0.5, 1.8, 40, 4000)
    for x in (0.01, 1, 30, 300, 4400)
    if special.gammaincc(a, x) > 0
]
p_values = round_list(np.concatenate([rng.uniform(size=20), rng.uniform(size=6) / 1000, [0.5, 0.5, 1.0]]))
trends = [
    trend_case("rising", range(50), 0.05 * np.arange(50) + rng.normal(size=50)),
    trend_case("falling with gaps", np.sort(rng.choice(200, 35, replace=False)), -np.arange(35.0) + rng.normal(size=35) * 5),
    trend_case("ratings full of ties", range(41), rng.integers(1, 6, 41)),
]
target = Path(__file__).with_name("statistics.json")
target.write_text(json.dumps({
    "correlations": correlations, "student": student, "coefficients": coefficients, "gamma": gamma,
    "adjustment": {"p": p_values, "q": adjust(p_values)}, "trends": trends,
}, indent=1) + "\n")
