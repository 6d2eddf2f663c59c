"""Writes statistics.json: what SciPy 1.17 and statsmodels 0.15 give for the cases that our statistics are checked by.

Run with both installed: python tests/tables/statistics.py > tests/tables/statistics.json
"""

import json

import numpy as np
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.multitest import multipletests

random = np.random.default_rng(0)


def sign_flip(differences: list[float]) -> dict:
    """The exact permutation test of paired differences, by enumeration of all signs."""
    found = stats.permutation_test(
        (np.array(differences), np.zeros(len(differences))),
        lambda a, b, axis: np.sum(a - b, axis=axis),
        permutation_type="samples",
        n_resamples=np.inf,
        vectorized=True,
    )
    return {"differences": differences, "p": float(found.pvalue)}


def clustered(sizes: list[int], values: list[float]) -> dict:
    """A mean whose error is robust against clusters, as an ordinary regression on a constant has it."""
    groups = np.repeat(np.arange(len(sizes)), sizes)
    fit = sm.OLS(values, np.ones(len(values))).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    return {"sizes": sizes, "values": values, "error": float(fit.bse[0]), "interval": fit.conf_int()[0].tolist()}


def paired_t(differences: list[float]) -> dict:
    found = stats.ttest_1samp(differences, 0)
    low, high = found.confidence_interval(0.95)
    return {"differences": differences, "p": float(found.pvalue), "interval": [float(low), float(high)]}


SIZES = [1, 4, 2, 6, 3, 6]
CASES = {
    "t95": [[df, float(stats.t.ppf(0.975, df))] for df in (1, 2, 3, 10, 31, 32, 100, 479, 5000)],
    "t": [[t, df, float(2 * stats.t.sf(abs(t), df))] for t, df in ((3.2, 2), (-2.1, 4), (0.3, 30), (12, 9), (40, 4))],
    "paired_t": [paired_t(one) for one in ([9.0, 9.8, 2.7], [5.2, 17.7, 4.2], [1.7, -9.2, -0.7], [1, 2, 2, 3, -1])],
    "sign_flip": [
        sign_flip(one)
        for one in (
            [1, 1, 1, 1, -1],
            [1] * 10 + [-1] * 2,
            [3, -1, 2, 2, -2, 1, 0, 4],
            [6, 6, 5, -4, 3],
            [1 / 3, 2 / 3, -1 / 3, 1, 1.5],
            [float(value) for value in random.normal(0.4, 1, 14).round(4)],
        )
    ],
    "clusters": [
        clustered(SIZES, [int(value) for value in random.integers(0, 2, sum(SIZES))]),
        clustered(SIZES, [float(value) for value in random.normal(3, 1, sum(SIZES)).round(3)]),
        clustered([1] * 12, [float(value) for value in random.normal(0, 1, 12).round(3)]),
    ],
    "wilson": [
        [hits, trials, *map(float, stats.binomtest(hits, trials).proportion_ci(method="wilson"))]
        for hits, trials in ((0, 10), (10, 10), (425, 480), (5, 8))
    ],
    "holm": [
        {"ps": ps, "adjusted": multipletests(ps, method="holm")[1].tolist()}
        for ps in ([0.01, 0.04, 0.03, 0.005], [0.5, 0.4], [0.02], [0.2, 0.9, 0.0001, 0.2])
    ],
}
print(json.dumps(CASES, indent=1))
