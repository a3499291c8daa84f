"""Predicts how far an insertion into a sorted list walks. Measurements are compared with this.

The model is the hold model, or M/G/infinity with any arrivals that do not anticipate. Let V be an
interval, F its distribution and m its mean. When a new timer is inserted, each other timer is at a
random point of its life. By renewal theory, the remaining life R has the density (1 - F(t)) / m.
A walk from the head passes the timers that fire sooner, so the share of the list that it passes is

    P(R < V) = integral of P(V > t) (1 - F(t)) / m dt = integral of (1 - F)^2 dt / m
             = E min(V, V') / m,            V' another interval

Since min(V, V') = (V + V' - |V - V'|) / 2 and Gini's coefficient is G = E|V - V'| / 2m, this share
is 1 - G. A walk from the tail passes the rest, G. The share is 1/2 from either end for exponential
intervals. For intervals that are uniform from 0, it is 2/3 from the head and 1/3 from the tail. In
the hold model the lives of the other n - 1 timers are independent of each other and of the time of
insertion, so the share is exact for any n.
"""

import math

# Quantile functions of the distributions of the workload `hold`. The unit is arbitrary.
QUANTILES = {
    "exponential": lambda u: -math.log1p(-u),
    "uniform": lambda u: u,
    "biased": lambda u: 0.9 + 0.2 * u,
    "bimodal": lambda u: u / 0.9 if u < 0.9 else 100 + (u - 0.9) / 0.1,
    "triangular": lambda u: u ** 0.5,
    "pareto": lambda u: (1 - u) ** (-1 / 1.5),
}


def head_share(distribution):
    """Returns 1 - G = E min(V, V') / E V.

    It integrates the quantiles. The smaller of two values has the weight 2 (1 - u) at quantile u.
    """
    from scipy import integrate  # not at the top: it loads slowly, and few figures need it
    quantile = QUANTILES[distribution]
    least = integrate.quad(lambda u: 2 * (1 - u) * quantile(u), 0, 1)[0]
    return least / integrate.quad(quantile, 0, 1)[0]


def share(distribution, search):
    """Returns the share of the list that a walk from `search`, "head" or "tail", passes."""
    head = head_share(distribution)
    return head if search == "head" else 1 - head


def distribution_of(workload):
    """Returns the distribution of a `hold` workload, from its name."""
    options = dict(option.split("=") for option in workload.partition(":")[2].split(",") if option)
    return options.get("dist", "exponential")
