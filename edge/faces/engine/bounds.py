"""How high a true error rate may be, given so many errors in so many trials. Pure; no scipy for two functions.

Clopper-Pearson (Biometrika 26, 1934): the rate at which so few errors would come about in only 1 of 20 series of trials.
Continued fraction of the incomplete beta function: Numerical Recipes, 6.4 (modified Lentz).
"""

from math import exp, lgamma, log

CONFIDENCE = 0.95
_STEPS, _SMALL, _EXACT = 500, 1e-300, 1e-15


def upper_bound(errors: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """One-sided upper limit of the rate, 0..1; 1.0 where nothing was tried.

    Raises:
        ValueError: more errors than trials, or negative numbers.
    """
    if not 0 <= errors <= trials:
        raise ValueError(f"{errors} errors in {trials} trials")
    if errors == trials:
        return 1.0
    low, high = errors / trials, 1.0
    while high - low > 1e-12:
        middle = (low + high) / 2
        if _at_most(errors, trials, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _at_most(errors: int, trials: int, rate: float) -> float:
    """Chance of no more than so many errors at this rate: I(1 - rate; trials - errors, errors + 1)."""
    return incomplete_beta(1 - rate, trials - errors, errors + 1)


def incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I(x; a, b), 0 <= x <= 1, a, b > 0."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / _apart(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _STEPS):
        for part in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d = 1 / _apart(1 + part * d)
            c = _apart(1 + part / c)
            value *= c * d
        if abs(c * d - 1) < _EXACT:
            break
    return value


def _apart(number: float) -> float:
    """Never quite zero."""
    return number if abs(number) > _SMALL else _SMALL
