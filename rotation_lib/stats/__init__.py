"""Statistics of the report: returns, intervals, regressions, events, breaks, regimes, prediction.

The package knows nothing of markets, series ids or figures: numbers in, numbers out. Every random
draw comes from a seed that the caller can set, and every interval says how it was made.

    returns      growth, volatility, drawdown, weeks, historical tails
    bootstrap    `Interval`, block lengths, shared resamples; measures: statistics in array form
    intervals    the interval of each headline statistic; garch: simulated histories for tails
    regression   Newey-West slopes, what-ifs; slopes: rolling, and of all weekdays
    eventstudy   event returns, abnormal returns, placebo dates, ranks among windows
    breaks       breaks at unknown dates; regimes: calm and stormy states
    prediction   out-of-sample leads and lags; multiple: p-values for many tries
    sharpe       difference of Sharpe ratios; coverage: how often the intervals hold the truth
"""
