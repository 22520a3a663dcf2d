"""Every correlation test of a person, from the days to p and q, by SciPy and statsmodels: see docs/algorithms.md.

A loop over pairs, methods, lags and directions. What a series brings to all its tests is computed once per series, what a
pair brings to all its lags once per pair, and the tails of all tests in one call. The coefficients are SciPy's, which come
with a p-value of their own that nobody asked for, or NumPy's of values or ranks, which do not.
"""

import numpy as np
import statsmodels.api as sm
from measured import serve
from scipy import special, stats
from statsmodels.stats.multitest import multipletests

METHODS = ("pearson", "spearman")
SCIPY = {"pearson": lambda x, y: stats.pearsonr(x, y)[0], "spearman": lambda x, y: stats.spearmanr(x, y)[0]}
NUMPY = {
    "pearson": lambda x, y: np.corrcoef(x, y)[0, 1],
    "spearman": lambda x, y: np.corrcoef(stats.rankdata(x), stats.rankdata(y))[0, 1],
}
MIN_PAIRS = 14


class Calendar:
    """What the calendar can say of the days of a series: weekdays, a line, waves down to 120 days."""

    def __init__(self, values, first_day):
        self.days = np.flatnonzero(~np.isnan(values))
        first, last = self.days[0], self.days[-1]
        span = last - first + 1
        waves = int(min(2 * span / 120, len(self.days) / 20))
        share = (self.days - first + 0.5) / span
        weekdays = (first_day + self.days + 3) % 7
        dummies = weekdays[:, None] == np.unique(weekdays)
        slow = np.column_stack([share - 0.5, np.cos(np.pi * share[:, None] * np.arange(1, waves + 1))])
        self.columns = np.column_stack([dummies, slow])
        self.drifts = 1 + waves
        self.terms = dummies.shape[1] - 1 + self.drifts


class Series:
    """A series readied for the tests of one method."""

    def __init__(self, values, calendar, method):
        days = calendar.days
        scores = values[days] if method == "pearson" else stats.rankdata(values[days])
        self.values = values
        self.residuals = np.full(len(values), np.nan)
        self.residuals[days] = sm.OLS(scores, calendar.columns).fit().resid
        n = len(days)
        # Kendall's correction for the bias of r1.
        r1 = autocorrelations(self.residuals, 1)[1]
        removed = 1 + calendar.drifts
        self.phi = np.clip((n * r1 + removed) / (n - removed - 2), -0.99, 0.99)
        self.fitted_share = calendar.terms / n
        self.lags = max(min(30, n // 5), min(60, n // 8))
        self.news = take_news(self.residuals, self.phi)
        self.autocorrelations = autocorrelations(self.news, self.lags)


def autocorrelations(values, lags):
    """Each lag averages over the days that have a value on both ends."""
    present = (~np.isnan(values)).astype(float)
    deviations = np.nan_to_num(values - np.nanmean(values))
    products, counts = lagged_sums(deviations, lags), lagged_sums(present, lags)
    means = np.divide(products, counts, out=np.zeros(lags + 1), where=counts > 0)
    return np.clip(means / means[0], -1, 1)


def lagged_sums(x, lags):
    return np.array([x[lag:] @ x[: len(x) - lag] for lag in range(lags + 1)])


def take_news(residuals, phi):
    """The innovations of AR(1) through gaps, of one variance."""
    days = np.flatnonzero(~np.isnan(residuals))
    kept = phi ** np.diff(days).astype(float)
    news = residuals.copy()
    news[days[1:]] = (residuals[days[1:]] - kept * residuals[days[:-1]]) / np.sqrt(1 - kept**2)
    return news


def test_pair(a, b, max_lag, correlate):
    """Rows of n, effective n, raw and adjusted coefficient, and where a gamma tail may matter its spread."""
    distances = {}
    rows = []
    for method in METHODS:
        x, y = a[method], b[method]
        sides = {}
        for driver, outcome in ((x, y), (y, x)):
            facing = driver.phi > outcome.phi
            news = take_news(driver.residuals, outcome.phi) if facing else driver.news
            own = autocorrelations(news, driver.lags) if facing else driver.autocorrelations
            sides[driver] = news, own
        for lag in range(max_lag + 1):
            for driver, outcome in ((x, y), (y, x)) if lag else ((x, y),):
                news, own = sides[driver] if lag else (driver.news, driver.autocorrelations)
                row = test_lag(driver, outcome, lag, news, own, distances, correlate[method], correlate["pearson"])
                if row is not None:
                    rows.append(row)
    return rows


def test_lag(driver, outcome, lag, news, own, distances, correlate, correlate_news):
    length = len(outcome.values) - lag
    both = ~np.isnan(driver.values[:length]) & ~np.isnan(outcome.values[lag:])
    u, v = driver.values[:length][both], outcome.values[lag:][both]
    if len(u) < MIN_PAIRS or np.all(u == u[0]) or np.all(v == v[0]):
        return None
    raw = correlate(u, v)
    x, y = news[:length][both], outcome.news[lag:][both]
    adjusted = correlate_news(x, y)
    # Bartlett's sum over the paired days themselves; they are the same for both methods.
    lags = min(driver.lags, outcome.lags)
    key = (lag, driver.values.ctypes.data)
    if key not in distances:
        distances[key] = lagged_sums(both.astype(float), lags)
    n = len(u)
    total = n + 2 * np.sum((distances[key] * own[: lags + 1] * outcome.autocorrelations[: lags + 1])[1:])
    share = 1 - max(driver.fitted_share, outcome.fitted_share)
    effective_n = share * n * n / max(n, total)
    # Skewness and kurtosis take longer than the rest, and matter only where Student's p is small.
    matters = student(adjusted, effective_n, fast=True) <= 0.1
    return n, effective_n, raw, adjusted, find_tail(x, y, adjusted, effective_n) if matters else 0.0


def student(r, n, fast=False):
    """Two-sided; for a single test the beta function itself, without the cost of calling a distribution."""
    if fast:
        return special.betainc((n - 2) / 2, 0.5, (1 - r) * (1 + r)) if n > 3 else 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stats.t.sf(np.abs(r) * np.sqrt((n - 2) / ((1 - r) * (1 + r))), n - 2)
    return np.where(n > 3, p, 1.0)


def find_tail(x, y, r, n):
    """The skewness of r under permutation, or that of the gamma with its kurtosis."""
    skew = np.sign(r) * stats.skew(x) * stats.skew(y)
    kurtosis = max(0, stats.kurtosis(x)) * max(0, stats.kurtosis(y))
    return max(skew, np.sqrt(kurtosis / 1.5)) / np.sqrt(n)


def p_values(r, n, tail):
    p = student(r, n)
    heavy = (tail > 0.01) & (n > 3)
    shape = 4 / tail[heavy] ** 2
    z = np.abs(r[heavy]) * np.sqrt(n[heavy] - 1)
    p[heavy] = np.maximum(p[heavy], np.minimum(1, 2 * stats.gamma.sf(shape + z * np.sqrt(shape), shape)))
    return p


def compute(inputs, parameters):
    columns, max_lag, first_day = parameters["columns"], parameters["maxLag"], parameters["firstDay"]
    person = []
    for values in inputs["values"].reshape(columns, -1):
        calendar = Calendar(values, first_day)
        person.append({method: Series(values, calendar, method) for method in METHODS})
    correlate = SCIPY if parameters["coefficients"] == "scipy" else NUMPY
    rows = [row for i, a in enumerate(person) for b in person[i + 1 :] for row in test_pair(a, b, max_lag, correlate)]
    n, effective_n, raw, adjusted, tail = np.array(rows).T
    p = p_values(adjusted, effective_n, tail)
    q = multipletests(p, method="fdr_bh")[1]
    return {"n": n, "effectiveN": effective_n, "raw": raw, "adjusted": adjusted, "p": p, "q": q}


if __name__ == "__main__":
    serve(compute, repetitions=1)
