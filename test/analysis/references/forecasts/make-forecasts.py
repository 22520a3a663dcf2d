"""Writes forecasts.json, the reference values of test/analysis/forecasts, with statsmodels 0.13.5, SciPy 1.10.1 and base R
4.2 (Debian: apt-get install python3-statsmodels r-base-core).

Run: /usr/bin/python3 test/analysis/references/forecasts/make-forecasts.py
"""
import json
import math
import subprocess
from itertools import product
from pathlib import Path

import numpy as np
from scipy import fft, stats
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.holtwinters import ExponentialSmoothing, Holt, SimpleExpSmoothing

rng = np.random.default_rng(20240229)
WEEK = np.array([-1.0, -0.6, -0.3, 0.1, 0.4, 1.6, -0.2])


def round_list(values):
    return [None if math.isnan(value) else round(float(value), 6) for value in values]


# Recursions with fixed parameters and a given state before the first value.
# beta and gamma are the component form's: the state-space form, which ETSModel takes, has alpha beta and gamma (1 - alpha).

LENGTH, AHEAD = 60, 14
LEVEL, TREND = 5.0, 0.2


def recursion_values():
    return np.array(round_list(5 + 0.1 * np.arange(LENGTH) + np.resize(WEEK, LENGTH) + rng.normal(size=LENGTH)))


def ets(values, alpha, beta, gamma, phi):
    """A gap is a value that was forecast exactly, so it is filled with its forecast, day after day."""
    filled = np.array(values)
    holes = [day for day in range(len(values)) if math.isnan(values[day])]
    for day in [*holes, None]:
        rest = np.nan_to_num(filled)
        keywords = {"initialization_method": "known", "initial_level": LEVEL}
        parameters = [alpha]
        if beta:
            keywords |= {"trend": "add", "damped_trend": phi < 1, "initial_trend": TREND}
            parameters.append(alpha * beta)
        if gamma:
            keywords |= {"seasonal": "add", "seasonal_periods": 7, "initial_seasonal": list(WEEK)}
            parameters.append(gamma * (1 - alpha))
        if beta and phi < 1:
            parameters.append(phi)
        model = ETSModel(rest, **keywords)
        result = model.smooth(parameters)
        if day is None:
            return {"fitted": list(result.fittedvalues), "forecast": list(result.forecast(AHEAD))}
        filled[day] = result.fittedvalues[day]


def older_class(values, alpha, beta, gamma, phi):
    """The same by statsmodels' older classes, which know no gaps."""
    if gamma:
        model = ExponentialSmoothing(
            values, trend="add" if beta else None, damped_trend=bool(beta) and phi < 1, seasonal="add", seasonal_periods=7,
            initialization_method="known", initial_level=LEVEL, initial_trend=TREND if beta else None, initial_seasonal=list(WEEK),
        )
    elif beta:
        model = Holt(values, damped_trend=phi < 1, initialization_method="known", initial_level=LEVEL, initial_trend=TREND)
    else:
        model = SimpleExpSmoothing(values, initialization_method="known", initial_level=LEVEL)
    keywords = {"smoothing_level": alpha, "optimized": False}
    if beta:
        keywords |= {"smoothing_trend": beta}
        if phi < 1:
            keywords |= {"damping_trend": phi}
    if gamma:
        keywords |= {"smoothing_seasonal": gamma * (1 - alpha)}
    result = model.fit(**keywords)
    return {"fitted": list(result.fittedvalues), "forecast": list(result.forecast(AHEAD))}


def holt_winters(values, alpha, beta, gamma):
    """R's HoltWinters takes the component form's parameters and has no damping. It starts with the 2nd value, with a trend
    the 3rd, with a season of seven days the 8th: what stands before them is not looked at."""
    before = 7 if gamma else 2 if beta else 1
    values = [0.0] * before + list(values)
    week = ",".join(repr(float(x)) for x in WEEK)
    script = f"""
    x <- ts(c({",".join(repr(float(value)) for value in values)}), frequency = 7)
    model <- HoltWinters(x, alpha = {alpha}, beta = {beta or "FALSE"}, gamma = {gamma or "FALSE"}, l.start = {LEVEL}
      {f", b.start = {TREND}" if beta else ""} {f", s.start = c({week})" if gamma else ""})
    cat(sprintf("%.17g", fitted(model)[, "xhat"]), "\\n", sprintf("%.17g", predict(model, {AHEAD})))
    """
    fitted, forecast = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=True).stdout.split("\n")
    return {"fitted": [float(x) for x in fitted.split()], "forecast": [float(x) for x in forecast.split()]}


def recursion_case(name, alpha, beta, gamma, phi, gaps=()):
    values = recursion_values()
    expected = ets(values, alpha, beta, gamma, phi)
    older = older_class(values, alpha, beta, gamma, phi)
    # Not its forecasts: with a season its 7th one is made with last week's distance.
    assert np.allclose(expected["fitted"], older["fitted"], rtol=0, atol=1e-10)
    if phi == 1:
        for key, numbers in holt_winters(values, alpha, beta, gamma).items():
            assert np.allclose(expected[key], numbers, rtol=0, atol=1e-10)
    values[list(gaps)] = math.nan
    return {
        "name": name, "values": round_list(values), "alpha": alpha, "beta": beta, "gamma": gamma, "phi": phi,
        "level": LEVEL, "trend": TREND if beta else 0, "season": list(WEEK) if gamma else [0] * 7,
        **ets(values, alpha, beta, gamma, phi),
    }


# Diebold & Mariano's test by its definition, the cosine waves by a cosine transform (which gives twice the sums).

def accuracy_case(name, differences):
    d = np.array(round_list(differences))
    n = len(d)
    degrees = max(1, math.floor(0.4 * n ** (2 / 3)))
    waves = math.sqrt(2 / n) * fft.dct(d, type=2)[1 : degrees + 1] / 2
    statistic = math.sqrt(n) * d.mean() / math.sqrt(np.mean(waves**2))
    return {"name": name, "differences": list(d), "degrees": degrees, "statistic": statistic, "p": stats.t.sf(statistic, degrees)}


# The whole back-test, written down a second time with nothing but loops over origins and horizons.

GRIDS = [
    ("SIMPLE", [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9], [0], [0], [1]),
    ("DAMPED_TREND", [0.05, 0.1, 0.25, 0.6], [0.05, 0.2], [0], [0.9, 0.98]),
    ("WEEKLY", [0.02, 0.05, 0.1, 0.2, 0.4, 0.7], [0], [0.02, 0.1, 0.3], [1]),
    ("DAMPED_TREND_WEEKLY", [0.05, 0.1, 0.25], [0.05, 0.2], [0.02, 0.1], [0.98]),
]


def is_there(value):
    return not math.isnan(value)


def smoothing_forecasts(values, origin, horizon, alpha, beta, gamma, phi):
    """What is forecast at the end of each day from origin on: day to list of `horizon` values."""
    start = [(day, values[day]) for day in range(origin + 1) if is_there(values[day])]
    level, trend = np.mean([value for _, value in start]), 0.0
    groups = [[value - level for day, value in start if day % 7 == k] for k in range(7)]
    season = [np.mean(group) if group and gamma else 0.0 for group in groups]
    weight = min(len(start), 1 / alpha)
    weights = [min(len(group), 1 / gamma) if gamma else math.inf for group in groups]
    made = {}
    for day in range(origin, len(values)):
        if day > origin:
            before, k = level + phi * trend, day % 7
            if is_there(values[day]):
                weight = 1 + (1 - alpha) * weight
                level = before + (values[day] - season[k] - before) / weight
                error = values[day] - season[k] - before
                trend = phi * trend + alpha * beta * error
                weights[k] = 1 + (1 - gamma) * weights[k]
                season[k] += (values[day] - season[k] - level) / weights[k]
            else:
                level, trend = before, phi * trend
        made[day] = [level + sum(phi**i for i in range(1, h + 1)) * trend + season[(day + h) % 7] for h in range(1, horizon + 1)]
    return made


def naive_forecasts(values, origin, horizon):
    last, weekly, overall, recent = {}, {}, {}, {}
    for day in range(origin, len(values)):
        so_far = [value for value in values[: day + 1] if is_there(value)]
        four_weeks = [value for value in values[max(0, day - 27) : day + 1] if is_there(value)]
        same = lambda h: [v for at, v in enumerate(values[: day + 1]) if is_there(v) and (day + h - at) % 7 == 0]
        last[day] = [values[day]] * horizon
        weekly[day] = [(same(h) or [values[0]])[-1] for h in range(1, horizon + 1)]
        overall[day] = [np.mean(so_far)] * horizon
        recent[day] = [np.mean(four_weeks) if four_weeks else math.nan] * horizon
    return [last, weekly, overall, recent]


def errors_at(values, made, day, origin, horizon):
    """By horizon, of the forecasts of one day."""
    origins = {h: day - h for h in range(1, horizon + 1) if day - h >= origin and is_there(values[day - h])}
    return {h: values[day] - made[at][h - 1] for h, at in origins.items()}


def loss(values, made, days, origin, horizon):
    return [np.mean(np.abs(list(errors_at(values, made, day, origin, horizon).values()))) for day in days]


def span(errors):
    latest = sorted(errors[-200:])
    rank = 0.05 * (len(latest) + 1)
    at = lambda r: latest[math.floor(r) - 1] + (r - math.floor(r)) * (latest[min(math.floor(r), len(latest) - 1)] - latest[math.floor(r) - 1])
    r = max(0, sum(a * b for a, b in zip(errors, errors[1:])) / sum(e * e for e in errors))
    widening = 1 + 1 / max(3, len(errors) * (1 - r) / (1 + r))
    return min(0, at(rank)) * widening, max(0, at(len(latest) + 1 - rank)) * widening


def back_test(values, horizon):
    origin = [day for day in range(len(values)) if is_there(values[day])][13]
    reached = [
        day for day in range(origin + 1, len(values))
        if is_there(values[day]) and any(is_there(values[at]) for at in range(max(origin, day - horizon), day))
    ]
    judging = min(365, max(28, math.ceil(len(reached) * 2 / 3)))
    judged, choosing = reached[-judging:], reached[:-judging][-365:]
    tried = []
    for model, *grid in GRIDS:
        for parameters in product(*grid):
            made = smoothing_forecasts(values, origin, horizon, *parameters)
            tried.append((np.mean(loss(values, made, choosing, origin, horizon)), model, parameters, made))
    _, model, parameters, made = min(tried, key=lambda one: one[0])
    own = loss(values, made, judged, origin, horizon)
    rivals = [loss(values, rival, judged, origin, horizon) for rival in naive_forecasts(values, origin, horizon)]
    rival = min(rivals, key=np.mean)
    p = accuracy_case("", np.array(rival) - np.array(own))["p"]
    tested, inside, points = 0, 0, []
    for h in range(1, horizon + 1):
        errors = {day: errors_at(values, made, day, origin, horizon).get(h, math.nan) for day in reached if day >= choosing[0]}
        errors = {day: error for day, error in errors.items() if is_there(error)}
        for day in judged:
            known = [error for at, error in errors.items() if at <= day - h]
            if day not in errors or len(known) < 19:
                continue
            low, high = span(known)
            tested += 1
            inside += low <= errors[day] <= high
        low, high = span(list(errors.values()))
        value = made[len(values) - 1][h - 1]
        points.append({"index": len(values) - 1 + h, "value": value, "low": value + low, "high": value + high})
    return {
        "model": model, "parameters": dict(zip(["alpha", "beta", "gamma", "phi"], parameters)), "points": points,
        "coverage": inside / tested, "error": np.mean(own), "naiveError": np.mean(rival), "p": p, "backTestedDays": len(judged),
    }


def forecast_case(name, values, horizon=7):
    values = [math.nan if value is None else value for value in round_list(values)]
    return {"name": name, "values": round_list(values), "horizon": horizon, **back_test(values, horizon)}


def with_gaps(values, share):
    values = np.array(values, dtype=float)
    values[1:-1][rng.random(len(values) - 2) < share] = math.nan
    return values


weekly = np.resize(WEEK, 190) * 1.5 + rng.normal(size=190)
recursions = [
    recursion_case("SIMPLE", 0.3, 0, 0, 1),
    recursion_case("a trend", 0.3, 0.2, 0, 1),
    recursion_case("DAMPED_TREND", 0.3, 0.2, 0, 0.9),
    recursion_case("WEEKLY", 0.3, 0, 0.2, 1),
    recursion_case("a trend and a week", 0.4, 0.1, 0.3, 1),
    recursion_case("DAMPED_TREND_WEEKLY", 0.15, 0.2, 0.1, 0.95),
    recursion_case("DAMPED_TREND_WEEKLY with gaps", 0.3, 0.2, 0.2, 0.95, (10, 11, 12, 30, 59)),
]
accuracy = [
    accuracy_case("better", 0.3 + rng.normal(size=120)),
    accuracy_case("worse", -0.2 + rng.normal(size=57)),
    accuracy_case("smooth", 0.3 + np.convolve(rng.normal(size=206), np.ones(7) / 7, "valid")),
    accuracy_case("three days", np.array([0.3, 0.1, 0.5])),
]
forecasts = [
    forecast_case("a weekly rhythm", weekly),
    forecast_case("a weekly rhythm, 30 % missing", with_gaps(weekly, 0.3)),
    forecast_case("a line, ten days ahead", 0.08 * np.arange(130) + rng.normal(size=130) - 7, 10),
    forecast_case("a slow drift, longer than two years", np.cumsum(rng.normal(size=800)) * 0.4 + np.resize(WEEK, 800) + rng.normal(size=800)),
]
for case in forecasts:
    print(case["name"], case["model"], case["parameters"], case["coverage"], case["error"], case["naiveError"], case["p"])
target = Path(__file__).with_name("forecasts.json")
target.write_text(json.dumps({"recursions": recursions, "accuracy": accuracy, "forecasts": forecasts}, indent=None, separators=(",", ":")) + "\n")
