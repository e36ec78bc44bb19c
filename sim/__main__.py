"""``python -m sim`` is ``talent-circulation``."""

import sys

from sim.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
