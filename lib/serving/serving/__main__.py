"""`python -m serving SERVICE [OPTIONS]`, or `python -m serving MODULE:APP [OPTIONS]`."""

import sys

from serving.command import main

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit("Usage: python -m serving SERVICE|MODULE:APP [OPTIONS]")
    name = sys.argv.pop(1)
    main(name.partition(":")[0], name if ":" in name else None)
