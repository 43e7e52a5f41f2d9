# Both commands, with nothing but Docker on the machine:
#   docker build --target site --output site .   the report, in the folder "site"
#   docker build --target test .                 every check

# What the commands find on a system; work goes on in it with .devcontainer/.
FROM python:3.13-slim-bookworm AS tools
# Debian keeps only the newest of each package, so that a version named here would be gone soon.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends chromium git make \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 --shell /bin/bash reader \
    && install --directory --owner reader --group reader /home/reader/report
USER 1000
WORKDIR /home/reader/report

FROM tools AS report
COPY --chown=1000 . .
RUN make report

FROM report AS test
RUN make test

FROM scratch AS site
COPY --from=report /home/reader/report/_build/html /
