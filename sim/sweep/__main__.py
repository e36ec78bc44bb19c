"""``python -m sim.sweep`` is ``talent-circulation sweep``."""

import sys

from sim.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["sweep", *sys.argv[1:]]))
