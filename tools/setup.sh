#!/bin/sh
# Make the environment named in $1 from the locked requirements: Python and make are all it needs.
set -eu
venv=$1
uv_version=0.13.9

python=
# Whoever wants a certain one names it: PYTHON=python3.12 make setup
for candidate in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
    if command -v "$candidate" >/dev/null 2>&1 &&
        "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null
    then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "setup: no Python 3.11, 3.12 or 3.13 was found; install one and run make again." >&2
    exit 2
fi
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    echo "setup: $python has no venv module; install it (on Debian: apt install python3-venv) and run make again." >&2
    exit 2
fi

echo "setup: $($python --version) into $venv"
# An environment left half made, or made elsewhere, is not worth mending.
rm -rf "$venv"
"$python" -m venv "$venv"
with_uv() {
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "uv==$uv_version" &&
        # The system's certificates, as pip uses them; compiled now, or the first run pays for it.
        UV_PYTHON_DOWNLOADS=never "$venv/bin/python" -m uv pip install --quiet --system-certs \
            --python "$venv/bin/python" --require-hashes --compile-bytecode \
            --requirement requirements.txt
}
if ! with_uv 2>"$venv/uv.log"; then
    echo "setup: uv cannot do it here ($venv/uv.log says why); pip does the same more slowly."
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --require-hashes --requirement requirements.txt
fi
# The lock holds every dependency already: nothing more may be resolved here.
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
