"""The command ``equipartition``."""

from __future__ import annotations

import signal
import sys

from . import _native


def main() -> int:
    """The command line of this process; its exit code."""
    # Ctrl-C is the program's, as it is without Python: nobody returns to the interpreter before the end.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _native.main(["equipartition", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
