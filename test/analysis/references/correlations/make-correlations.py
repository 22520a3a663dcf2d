"""Writes correlations.json, the reference values of test/analysis/correlations and test/analysis/series/adjust.test.ts,
with pandas 1.5, SciPy 1.10 and statsmodels 0.13 (Debian: apt-get install python3-scipy python3-statsmodels).

Run: /usr/bin/python3 test/analysis/references/correlations/make-correlations.py
"""
import json
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats
from statsmodels.regression.tests.results.results_regression import Longley
from statsmodels.stats.multitest import multipletests
from statsmodels.tsa.stattools import acf

rng = np.random.default_rng(20250301)
FIRST_DAY = 19_000  # 2022-01-08


def to_json(values):
    """NaN as null."""
    return [None if np.isnan(v) else float(v) for v in values]


def rounded(values):
    return np.round(np.asarray(values, dtype=float), 6)


def design(days):
    """Mean, line, weekday and cosine waves down to 120 days: other columns than the code's, of the same span."""
    weekday = (days + 3) % 7
    span = days[-1] - days[0] + 1
    columns = [np.ones(len(days)), days - days[0]]
    if len(days) >= 28:
        columns += [weekday == k for k in np.unique(weekday)[1:]]
    waves = int(min(span // 60, len(days) // 20))
    columns += [np.cos(np.pi * k * (days - days[0] + 0.5) / span) for k in range(1, waves + 1)]
    return np.column_stack(columns).astype(float), 1 + waves


def adjust(values):
    """Residuals by statsmodels' OLS on the days with a value, NaN elsewhere; terms besides the mean, slow ones of them."""
    present = np.flatnonzero(~np.isnan(values))
    x, drifts = design(present + FIRST_DAY)
    residuals = np.full(len(values), np.nan)
    residuals[present] = sm.OLS(values[present], x).fit().resid
    return residuals, int(np.linalg.matrix_rank(x)) - 1, drifts


def news(residuals, phi):
    """Innovations of AR(1) through the gaps, by pandas."""
    e = pd.Series(residuals).dropna()
    kept = phi ** np.diff(e.index, prepend=e.index[0] - 100_000)
    return ((e - kept * e.shift(fill_value=0)) / np.sqrt(1 - kept**2)).reindex(range(len(residuals))).to_numpy()


def find_phi(residuals, drifts):
    """Lag-1 autocorrelation of the days with both, without its bias."""
    e = residuals - np.nanmean(residuals)
    n = np.sum(~np.isnan(e))
    r1 = np.nanmean(e[1:] * e[:-1]) / np.nanmean(e**2)
    c = 1 + drifts
    return min(0.99, max(-0.99, (n * r1 + c) / (n - c - 2)))


def adjustment_case(name, values):
    values = rounded(values)
    residuals, terms, _ = adjust(values)
    return {"name": name, "values": to_json(values), "residuals": to_json(residuals), "terms": terms}


def rank(values):
    ranks = np.full(len(values), np.nan)
    present = ~np.isnan(values)
    ranks[present] = stats.rankdata(values[present])
    return ranks


def adjusted_coefficient(a, b, lag):
    """Pearson's r of the news; a driver that carries over more than the outcome is freed of only as much."""
    (ea, _, da), (eb, _, db) = adjust(a), adjust(b)
    pa, pb = find_phi(ea, da), find_phi(eb, db)
    u, v = news(ea, pa if lag == 0 else min(pa, pb)), news(eb, pb)
    both = [t for t in range(lag, len(b)) if not np.isnan(u[t - lag]) and not np.isnan(v[t])]
    return stats.pearsonr(u[[t - lag for t in both]], v[both])[0]


def correlation_case(name, a, b, lag):
    """Raw coefficients of the pairs at `lag`, and Pearson's of the news of values and of ranks there."""
    a, b = rounded(a), rounded(b)
    on = [t for t in range(lag, len(b)) if not np.isnan(a[t - lag]) and not np.isnan(b[t])]
    back = [t - lag for t in on]
    return {
        "name": name, "a": to_json(a), "b": to_json(b), "lag": lag, "n": len(on),
        "pearson": stats.pearsonr(a[back], b[on])[0], "spearman": stats.spearmanr(a[back], b[on])[0],
        "adjustedPearson": adjusted_coefficient(a, b, lag),
        "adjustedSpearman": adjusted_coefficient(rank(a), rank(b), lag),
    }


def gappy(values, share):
    values = np.array(values, dtype=float)
    values[rng.uniform(size=len(values)) < share] = np.nan
    return values


def autocorrelation_case(name, values):
    values = rounded(values)
    missing = "conservative" if np.isnan(values).any() else "none"
    return {"name": name, "values": to_json(values), "acf": list(acf(values, adjusted=True, nlags=10, fft=False, missing=missing))}


day = np.arange(120)
year = np.arange(500)
dip = lambda days: -2.0 * ((days + FIRST_DAY + 3) % 7 == 6)
shared = rng.normal(size=120)
workdays = np.where((day + FIRST_DAY + 3) % 7 < 5, rng.normal(size=120) + day / 30, np.nan)
longley = sm.datasets.longley.load_pandas()
p_values = rounded(np.concatenate([rng.uniform(size=40), rng.uniform(size=8) / 1000, [0.25, 0.25]]))

target = Path(__file__).with_name("correlations.json")
target.write_text(json.dumps({
    "firstDay": FIRST_DAY,
    "adjustments": [
        adjustment_case("weekday and trend", 3 + 0.05 * day + dip(day) + rng.normal(size=120)),
        adjustment_case("gaps", gappy(0.02 * day + dip(day) + rng.normal(size=120), 0.4)),
        adjustment_case("too short for weekdays", rng.normal(size=25) + np.arange(25)),
        adjustment_case("workdays only", workdays),
        adjustment_case("over a year", gappy(np.cos(year / 58) + dip(year) + rng.normal(size=500), 0.1)),
        adjustment_case("ranks of ratings", rank(rng.integers(1, 6, 120).astype(float))),
        adjustment_case("large offset", 1e5 + rng.normal(size=120)),
    ],
    "correlations": [
        correlation_case("rising, with Sunday dips", 0.04 * day + dip(day) + shared, 0.03 * day + dip(day) + np.roll(shared, 1) + rng.normal(size=120), 1),
        correlation_case("ratings with gaps", gappy(rng.integers(1, 6, 120), 0.3), gappy(rng.integers(1, 6, 120), 0.2), 0),
        correlation_case("a driver that persists", np.cumsum(rng.normal(size=200)) / 3, rng.normal(size=200), 2),
        correlation_case("log-normal over a year", np.exp(rng.normal(size=500) + np.sin(year / 58)), np.exp(rng.normal(size=500) + np.sin(year / 58)), 3),
    ],
    "autocorrelations": [
        autocorrelation_case("every day", np.convolve(rng.normal(size=124), [1, 0.8, 0.6, 0.4, 0.2], "valid")),
        autocorrelation_case("gaps", gappy(np.convolve(rng.normal(size=124), [1, 0.8, 0.6, 0.4, 0.2], "valid"), 0.3)),
    ],
    "longley": {
        "columns": [list(map(float, longley.exog[name])) for name in longley.exog],
        "values": list(map(float, longley.endog)),
        # NIST's certified residual sum of squares, as statsmodels' own tests have it.
        "certifiedResidualSum": Longley().ssr,
        "residuals": list(sm.OLS(longley.endog, sm.add_constant(longley.exog)).fit().resid),
    },
    "adjustment": {"p": list(p_values), "q": list(multipletests(p_values, method="fdr_bh")[1])},
}, indent=1) + "\n")
