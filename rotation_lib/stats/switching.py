"""The switching model of statsmodels with the same figures, computed faster.

The library keeps the filter, the smoother, the EM steps and the optimiser. What is replaced here
is written for a mean and a variance in each state and constant odds, which is all that is used; it
must never serve another model.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from statsmodels.tsa.regime_switching.markov_regression import MarkovRegression


class Switching(MarkovRegression):  # type: ignore[misc]
    """Markov-switching mean and variance (Hamilton 1989).

    The original spends most of a fit in a general logsumexp of two or three numbers, in singular
    values of single columns, and in one complex filter for every parameter where a filter and a
    smoother tell the whole score.
    """

    _passed: tuple[bytes, Any] = (b"", None)

    def transform_params(self, unconstrained: Any) -> Any:
        """Logits to probabilities, roots to variances; as the parent, for constant odds.

        Args:
            unconstrained: the optimiser's parameters, real or complex.
        """
        free = np.asarray(unconstrained)
        constrained = free.astype(np.promote_types(np.float64, free.dtype))
        for state in range(self.k_regimes):
            at = self.parameters[state, "regime_transition"]
            peak = max(0.0, float(free[at].real.max()))
            odds = np.exp(free[at] - peak)
            constrained[at] = odds / (np.exp(-peak) + odds.sum())
        at = self.parameters["variance"]
        constrained[at] = free[at] ** 2
        return constrained

    def initial_probabilities(self, params: Any, regime_transition: Any = None) -> Any:
        """Steady state: one of the balances is redundant, so that their sum can stand for it.

        Args:
            params: probabilities, means, variances.
            regime_transition: [to, from, 1] where the caller has it already.
        """
        if regime_transition is None:
            regime_transition = self.regime_transition_matrix(np.asarray(params))
        try:
            held = np.linalg.solve(_balances(regime_transition[:, :, 0]), _one(self.k_regimes))
        except np.linalg.LinAlgError:  # no move between some states: the parent's pseudo-inverse
            return super().initial_probabilities(params, regime_transition)
        return np.maximum(held, 1e-20)

    def score(self, params: Any, transformed: bool = True) -> Any:
        """Gradient of the log-likelihood: expected score of the states (Louis 1982).

        Args:
            params: the optimiser's parameters, or probabilities, means, variances.
            transformed: which of the two; the gradient is in the same.
        """
        if transformed:
            return super().score(params, transformed)
        free = np.asarray(params, dtype=float)
        fixed = self.transform_params(free)
        passed = self._filter(fixed)
        # Probabilities of the states [to, from, row] and [state, row], given the whole sample.
        joint, held = self._smooth(fixed, passed[-2], passed[-1])
        odds, before = passed[0][:, :, 0], passed[1]
        moves, first = joint.sum(axis=2), joint[:, :, 0].sum(axis=0)
        # How the steady state answers to a change of each balance: d before = inverse @ change.
        answer = np.linalg.solve(_balances(odds).T, first / before)
        answer[-1] = 0.0  # the probabilities keep summing to one
        gradient = np.zeros(len(free))
        for state in range(self.k_regimes):
            at = self.parameters[state, "regime_transition"]
            chance = odds[:, state]
            gradient[at] = moves[:-1, state] - chance[:-1] * moves[:, state].sum()
            gradient[at] += before[state] * chance[:-1] * (answer[:-1] - answer @ chance)
        root = free[self.parameters["variance"]][:, None]
        error = (self.endog - fixed[self.parameters["exog"]][:, None]) / root
        gradient[self.parameters["exog"]] = (held * error / root).sum(axis=1)
        gradient[self.parameters["variance"]] = (held * (error**2 - 1.0) / root).sum(axis=1)
        return gradient

    def _filter(self, params: Any, regime_transition: Any = None) -> Any:
        """The optimiser asks for the likelihood and then for its score at one and the same place."""
        key = params.tobytes() if regime_transition is None else b""
        if not key or key != self._passed[0]:
            self._passed = key, super()._filter(params, regime_transition)
        return self._passed[1]

    def _conditional_loglikelihoods(self, params: Any) -> Any:
        variance = params[self.parameters["variance"]][:, None, None]
        error = self.endog - params[self.parameters["exog"]][:, None, None]
        each = -0.5 * error**2 / variance - 0.5 * np.log(2 * np.pi * variance)
        return np.repeat(each, self.k_regimes, axis=1)

    def _em_exog(self, result: Any, endog: Any, exog: Any, switching: Any, tmp: Any = None) -> Any:
        """Regression on a constant: a mean weighted by the probability of the state."""
        held = result.smoothed_marginal_probabilities
        return (held @ endog / held.sum(axis=1))[:, None]


def _balances(odds: Any) -> Any:
    """Probability that leaves each state less what arrives; the last row is the sum of all."""
    rows = np.eye(len(odds)) - odds
    rows[-1] = 1.0
    return rows


def _one(states: int) -> Any:
    return np.eye(states)[-1]
