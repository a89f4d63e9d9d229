"""`python -m serving SERVICE [OPTIONS]`."""

import sys

from serving.command import main

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit("Usage: python -m serving SERVICE [OPTIONS]")
    main(sys.argv.pop(1))
