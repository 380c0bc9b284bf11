#!/usr/bin/env python3
"""The commands for working with this project: `python3 tools/dev.py help`.

This file keeps to what every Python can read, so that an old one can say that it is too old.
"""

import os
import sys

OLDEST = (3, 11)


def main():
    """Check the Python, then hand over."""
    if sys.version_info < OLDEST:
        sys.exit(
            "This needs Python {0}.{1} or newer and {2} is {3}.{4}: install a newer one and name "
            "it, for example PYTHON=python3.12 make run".format(
                OLDEST[0], OLDEST[1], sys.executable, sys.version_info[0], sys.version_info[1]
            )
        )
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    from devlib import commands

    sys.exit(commands.main(sys.argv[1:]))


if __name__ == "__main__":
    main()
