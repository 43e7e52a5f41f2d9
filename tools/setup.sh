#!/bin/sh
# Make the environment named in $1 from a lock, or add to one that is ready: Python is all it needs.
# The lock is what the report needs (requirements.txt) unless $2 names another that includes it.
# $3 is a lock of a few packages to put in the place of others, whatever those ask of them.
set -eu
venv=$1
lock=${2:-requirements.txt}
over=${3:-}

find_python() {
    # Whoever wants a certain one names it: PYTHON=python3.12 make setup
    set -- python3.13 python3.12 python3.11 python3
    [ -z "${PYTHON:-}" ] || set -- "$PYTHON" "$@"
    for python in "$@"; do
        if command -v "$python" >/dev/null 2>&1 &&
            "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null
        then
            break
        fi
        python=
    done
    if [ -z "$python" ]; then
        echo "setup: no Python 3.11, 3.12 or 3.13 was found; install one and run make again." >&2
        exit 2
    fi
    if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        echo "setup: $python has no venv module; install it (on Debian: apt install python3-venv) and run make again." >&2
        exit 2
    fi
}

pip_install() {
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}

with_uv() (
    # Never built from source: where there is no wheel of it, pip is quicker.
    pip_install --require-hashes --only-binary :all: --requirement tools/uv.txt || exit
    cache=$("$venv/bin/python" -m uv cache dir) || exit
    if ! mkdir -p "$cache" 2>/dev/null || ! [ -w "$cache" ]; then
        # A home that may not be written to; what is installed from here is linked, not copied.
        UV_CACHE_DIR=$venv/.uv-cache
        export UV_CACHE_DIR
        trap 'rm -rf "$UV_CACHE_DIR"' EXIT
    fi
    # The system's certificates, as pip uses them; compiled now, or the first run pays for it.
    UV_PYTHON_DOWNLOADS=never "$venv/bin/python" -m uv pip install --quiet --system-certs \
        --python "$venv/bin/python" --require-hashes --compile-bytecode "$@"
)

install_lock() {
    if ! with_uv "$@" 2>"$venv/uv.log"; then
        echo "setup: uv cannot do it here ($venv/uv.log says why); pip does the same more slowly."
        pip_install --require-hashes "$@"
    fi
}

# Without its stamp an environment is half made, out of date, or made elsewhere: not worth mending.
if ! [ -e "$venv/.ready" ]; then
    if [ -e "$venv" ] && ! [ -e "$venv/pyvenv.cfg" ] && [ -n "$(ls -A "$venv")" ]; then
        echo "setup: $venv holds something else; name a folder that is empty or not there yet." >&2
        exit 2
    fi
    find_python
    echo "setup: $("$python" --version) into $venv, $lock"
    rm -rf "$venv"
    "$python" -m venv "$venv"
else
    echo "setup: $lock into $venv"
fi
install_lock --requirement "$lock"
if [ -n "$over" ]; then
    echo "setup: $over over it"
    install_lock --no-deps --requirement "$over"
fi
if ! [ -e "$venv/.ready" ]; then
    # The lock holds every dependency already: nothing more may be resolved here.
    pip_install --no-deps --no-build-isolation --editable .
fi
