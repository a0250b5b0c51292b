"""What the tests of the export share; the plain modules beside this file are imported by their names."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
