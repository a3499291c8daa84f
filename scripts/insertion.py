"""How far an insertion into a sorted list walks: the law that measurements are held against.

The model is the hold model, or M/G/infinity with any arrivals that do not look ahead. Let V be an
interval, F its distribution and m its mean. A new timer meets each of the others at a random point
of its life, when what is left of it, R, has the density (1 - F(t)) / m (renewal theory). From the
head the walk passes those that fire sooner, so the share of the list that it passes is

    P(R < V) = integral of P(V > t) (1 - F(t)) / m dt = integral of (1 - F)^2 dt / m
             = E min(V, V') / m,            V' another interval

and since min(V, V') = (V + V' - |V - V'|) / 2 and Gini's coefficient is G = E|V - V'| / 2m, that is
1 - G. From the tail it passes the rest, G. So it is half either way for exponential intervals, 2/3
from the head and 1/3 from the tail for uniform ones from 0. In the hold model the other n - 1 lives
are independent of each other and of the instant, so the share holds exactly, for any n.
"""

import math

# The distributions of the workload hold, as quantile functions in any unit.
QUANTILES = {
    "exponential": lambda u: -math.log1p(-u),
    "uniform": lambda u: u,
    "biased": lambda u: 0.9 + 0.2 * u,
    "bimodal": lambda u: u / 0.9 if u < 0.9 else 100 + (u - 0.9) / 0.1,
    "triangular": lambda u: u ** 0.5,
    "pareto": lambda u: (1 - u) ** (-1 / 1.5),
}


def head_share(distribution):
    """1 - G: E min(V, V') / E V, where the lesser of two has the quantiles' weight 2 (1 - u)."""
    from scipy import integrate  # here, as it takes long to load and few figures need it
    quantile = QUANTILES[distribution]
    least = integrate.quad(lambda u: 2 * (1 - u) * quantile(u), 0, 1)[0]
    return least / integrate.quad(quantile, 0, 1)[0]


def share(distribution, search):
    """What a walk from `search`, head or tail, passes of the list."""
    head = head_share(distribution)
    return head if search == "head" else 1 - head


def distribution_of(workload):
    """The distribution that a hold workload's name asks for."""
    options = dict(option.split("=") for option in workload.partition(":")[2].split(",") if option)
    return options.get("dist", "exponential")
