"""Writes effects.json, the reference values of effects and intervals, with SciPy 1.10.1 and statsmodels 0.13.5 (Debian:
apt-get install python3-scipy python3-statsmodels).

Run: /usr/bin/python3 test/analysis/references/effects/make-effects.py
"""
import json
from pathlib import Path

import numpy as np
import statsmodels.api as sm
from scipy import stats

rng = np.random.default_rng(20241117)


def round_list(values):
    return [round(float(value), 6) for value in values]


def interval_case(n, slope):
    a = rng.normal(size=n)
    b = slope * a + rng.normal(size=n)
    found = stats.pearsonr(a, b)
    rho = stats.spearmanr(a, b)[0]
    # Bonett & Wright (2000), by the formula.
    spearman = np.tanh(np.arctanh(rho) + np.array([-1, 1]) * stats.norm.ppf(0.975) * np.sqrt((1 + rho**2 / 2) / (n - 3)))
    return {
        "n": n, "r": found.statistic, "rho": rho,
        "usual": list(found.confidence_interval(0.95)), "strict": list(found.confidence_interval(0.99)),
        "spearman": list(spearman),
    }


def group_case(name, days, first_day, spread):
    """An outcome with weekdays and a trend, on the days after a high and a low driver."""
    n = len(days)
    group = (rng.normal(size=n) + 0.01 * (days - days[0]) / 3 > 0.6).astype(float)
    weekday = (first_day + days + 3) % 7
    values = 5 + 0.8 * group + 0.7 * (weekday >= 5) + 0.004 * days + rng.normal(size=n) * (1 + spread * group)
    values = np.array(round_list(values))
    columns = [group, np.ones(n), days - days.mean()] + [(weekday == day).astype(float) for day in range(1, 7)]
    span = days[-1] - days[0] + 1
    # Slow waves, as the discrete cosine transform has them.
    for k in range(1, 1 + int(min(2 * span / 120, n / 20))):
        columns.append(np.cos(np.pi * k * (days - days[0] + 0.5) / span))
    fit = sm.OLS(values, np.column_stack(columns)).fit(cov_type="HC2")
    return {
        "name": name, "days": [int(day) for day in days], "firstDay": first_day,
        "group": [int(member) for member in group], "values": list(values),
        "difference": fit.params[0], "error": fit.bse[0],
    }


def fit_case():
    """Nine rows: none is trimmed, and the fit is an ordinary one."""
    x = np.round(rng.normal(size=(9, 2)), 6)
    y = np.round(x @ [0.7, -0.4] + 0.5 * rng.normal(size=9), 6)
    fit = sm.OLS(y, sm.add_constant(x)).fit()
    return {"x": [list(column) for column in x.T], "y": list(y), "level": fit.rsquared_adj, "coefficients": list(fit.params[1:])}


target = Path(__file__).with_name("effects.json")
target.write_text(json.dumps({
    "intervals": [interval_case(n, slope) for n in (5, 20, 150) for slope in (-2, 0, 0.4, 8)],
    "groups": [
        group_case("a month and a half", np.arange(45), 19000, 0),
        group_case("groups of different spread", np.arange(150), 19003, 1.5),
        group_case("gaps", np.sort(rng.choice(200, 120, replace=False)), -5, 0.5),
        group_case("two years", np.arange(730), 19500, 0),
    ],
    "fits": [fit_case() for _ in range(4)],
    "normal": [{"level": level, "z": stats.norm.ppf((1 + level) / 2)} for level in (0.5, 0.9, 0.95, 0.999)],
    "student": [
        {"level": level, "df": df, "t": stats.t.ppf((1 + level) / 2, df)}
        for level in (0.5, 0.95, 0.99) for df in (1, 2.7, 30, 400)
    ],
}, indent=1) + "\n")
