"""`python -m nltui` and the installed command."""

from __future__ import annotations

import sys

from nltui.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
