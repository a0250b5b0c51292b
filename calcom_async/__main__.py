"""`python -m calcom_async` is the command `calcom-async`."""

from __future__ import annotations

import sys

from calcom_async.cli import main

if __name__ == "__main__":
    sys.exit(main())
