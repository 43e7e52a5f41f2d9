"""``python -m rotation_lib`` is the ``rotation`` command."""

from .cli import main

if __name__ == "__main__":
    main()
