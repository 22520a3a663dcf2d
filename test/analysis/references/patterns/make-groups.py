"""Writes groups.json, the reference values of test/analysis/patterns, with SciPy 1.10.1 and statsmodels 0.13.5 (Debian:
apt-get install python3-scipy python3-statsmodels).

Generalized least squares with the errors' covariance written out in full and solved as a dense matrix, and phi where
SciPy's optimizer finds the restricted likelihood largest: nothing of the recursions in src/analysis/patterns.

Run: /usr/bin/python3 test/analysis/references/patterns/make-groups.py
"""
import json
from pathlib import Path

import numpy as np
import statsmodels.api as sm
from scipy import optimize, stats

rng = np.random.default_rng(20240229)


def autoregressive(n, phi):
    values = [rng.normal()]
    for _ in range(n - 1):
        values.append(phi * values[-1] + np.sqrt(1 - phi * phi) * rng.normal())
    return np.array(values)


def covariance(times, phi):
    distance = np.abs(np.subtract.outer(times, times))
    return np.sign(phi) ** distance * np.abs(phi) ** distance if phi else np.eye(len(times))


def restricted_deviance(phi, y, x, times):
    sigma = covariance(times, phi)
    weighted = np.linalg.solve(sigma, x)
    information = x.T @ weighted
    residuals = y - x @ np.linalg.solve(information, weighted.T @ y)
    rest = residuals @ np.linalg.solve(sigma, residuals)
    n, p = x.shape
    return np.linalg.slogdet(sigma)[1] + np.linalg.slogdet(information)[1] + (n - p) * np.log(rest)


def group_case(name, times, groups, y, least=-0.9):
    times, groups = np.asarray(times, float), np.asarray(groups, int)
    y = np.round(np.asarray(y, float), 6)
    count = groups.max() + 1
    line = 2 * (times - times[0]) / (times[-1] - times[0]) - 1
    x = np.column_stack([groups == g for g in range(count)] + [line]).astype(float)
    grid = np.linspace(least, 0.98, 60)
    start = grid[np.argmin([restricted_deviance(phi, y, x, times) for phi in grid])]
    found = optimize.minimize_scalar(
        restricted_deviance, args=(y, x, times), method="bounded",
        bounds=(max(least, start - 0.05), min(0.98, start + 0.05)), options={"xatol": 1e-8},
    )
    return {
        "name": name, "times": times.tolist(), "groups": groups.tolist(), "groupCount": int(count), "y": y.tolist(),
        "phi": found.x, "fits": [fit(phi, y, x, times, groups, count) for phi in (0.0, 0.5, -0.3)],
    }


def fit(phi, y, x, times, groups, count):
    model = sm.GLS(y, x, sigma=covariance(times, phi)).fit()
    same = np.zeros((count - 1, count + 1))
    for i in range(count - 1):
        same[i, i], same[i, count - 1] = 1, -1
    line = x[:, -1]
    contrasts = []
    for g in range(count):
        split = sm.GLS(y, np.column_stack([groups == g, groups != g, line]).astype(float),
                       sigma=covariance(times, phi)).fit()
        common = sm.GLS(y, np.column_stack([np.ones(len(y)), line]), sigma=covariance(times, phi)).fit()
        # The reduction in the sum of squares against the mean square of the full model.
        t = np.sqrt(max(0.0, common.ssr - split.ssr)) / np.sqrt(model.ssr / model.df_resid)
        contrasts.append({"difference": split.params[0] - split.params[1], "p": 2 * stats.t.sf(t, model.df_resid)})
    return {"phi": phi, "p": float(model.f_test(same).pvalue), "levels": model.params[:count].tolist(),
            "contrasts": contrasts}


days = np.arange(70)
some = np.sort(rng.choice(140, 60, replace=False))
months = np.arange(30)
cases = [
    group_case("ten weeks, one weekday lower", days, days % 7, autoregressive(70, 0.5) - (days % 7 == 2)),
    group_case("gaps and a trend", some, (some + 3) % 7, autoregressive(140, 0.6)[some] + some / 30),
    group_case("ratings", days, days % 7, np.clip(np.round(3.5 + autoregressive(70, 0.3)), 1, 5)),
    group_case("months of a year", months, months % 12, autoregressive(30, 0.4) + np.cos(months * np.pi / 6)),
]
ratings = rng.integers(1, 6, 40).tolist()
skewed = np.round(np.exp(rng.normal(size=41)), 6).tolist()
target = Path(__file__).with_name("groups.json")
target.write_text(json.dumps({
    "cases": cases,
    "fisher": [{"ratio": f, "a": a, "b": b, "p": stats.f.sf(f, a, b)}
               for f in (0.01, 0.9, 2.2, 9, 60) for a, b in ((6, 27), (11, 7), (1, 400), (6, 1817))],
    "ranks": [{"values": v, "ranks": stats.rankdata(v).tolist()} for v in (ratings, skewed)],
    "medians": [{"sizes": v, "median": stats.median_abs_deviation(v, center=lambda *_, **__: 0.0)}
                for v in (ratings, skewed, skewed[:40])],
}, indent=1) + "\n")
