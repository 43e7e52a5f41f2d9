# What R makes of regression.csv: OLS with Newey-West errors (packages sandwich and lmtest).
#   Rscript regressions.R
# rewrites regressions_r.csv and regressions_r_versions.csv beside this file; needs no network.
suppressPackageStartupMessages(library(sandwich))
suppressPackageStartupMessages(library(lmtest))

data <- read.csv("regression.csv")
rows <- list()
note <- function(case, term, name, value) {
  rows[[length(rows) + 1]] <<- data.frame(
    case = case, term = term, name = name, value = sprintf("%.17g", value)
  )
}

# Bartlett kernel, no prewhitening, no small-sample correction; Student t with n - k degrees.
tell <- function(case, fit, lags, level = 0.95) {
  v <- NeweyWest(fit, lag = lags, prewhite = FALSE, adjust = FALSE)
  test <- coeftest(fit, vcov. = v, df = fit$df.residual)
  ends <- coefci(fit, vcov. = v, df = fit$df.residual, level = level)
  for (term in rownames(test)) {
    label <- if (term == "(Intercept)") "const" else term
    note(case, label, "coefficient", test[term, 1])
    note(case, label, "se", test[term, 2])
    note(case, label, "t", test[term, 3])
    note(case, label, "p", test[term, 4])
    note(case, label, "low", ends[term, 1])
    note(case, label, "high", ends[term, 2])
  }
  note(case, "all", "r2", summary(fit)$r.squared)
  note(case, "all", "n", length(fit$residuals))
  invisible(v)
}

both <- lm(y ~ x + z, data)
for (lags in c(0, 1, 4, 12)) tell(sprintf("both, %d lags", lags), both, lags)
one <- lm(y ~ x, data)
tell("x alone, 4 lags", one, 4)
tell("x alone, last 104, 4 lags", lm(y ~ x, tail(data, 104)), 4)

# The fitted value at x = 0.25, z = -0.05, and one new week there.
v <- NeweyWest(both, lag = 4, prewhite = FALSE, adjust = FALSE)
point <- c(1, 0.25, -0.05)
value <- sum(point * coef(both))
spread <- drop(t(point) %*% v %*% point)
quantile <- qt(0.975, both$df.residual)
note("what if", "all", "value", value)
note("what if", "mean", "low", value - quantile * sqrt(spread))
note("what if", "mean", "high", value + quantile * sqrt(spread))
one_week <- sqrt(spread + summary(both)$sigma^2)
note("what if", "single", "low", value - quantile * one_week)
note("what if", "single", "high", value + quantile * one_week)

# Slopes of eight consecutive blocks, as numpy.array_split cuts them, and their t interval.
n <- nrow(data)
sizes <- rep(n %/% 8, 8) + (seq_len(8) <= n %% 8)
blocks <- split(data, rep(seq_len(8), sizes))
slopes <- sapply(blocks, function(part) coef(lm(y ~ x, part))["x"])
test <- t.test(slopes)
note("eight blocks", "x", "value", unname(test$estimate))
note("eight blocks", "x", "low", test$conf.int[1])
note("eight blocks", "x", "high", test$conf.int[2])

write.csv(do.call(rbind, rows), "regressions_r.csv", row.names = FALSE, quote = c(1, 2, 3))
versions <- data.frame(
  package = c("R", "sandwich", "lmtest"),
  version = c(
    paste(R.version$major, R.version$minor, sep = "."),
    as.character(packageVersion("sandwich")), as.character(packageVersion("lmtest"))
  )
)
write.csv(versions, "regressions_r_versions.csv", row.names = FALSE)
