"""python -m reprise_trainer.weights FOLDER: looks at the saved weights of another program.

Exit 0 where all numbers are finite, 2 with a sentence on standard output where one is not.
"""

from __future__ import annotations

import sys
from pathlib import Path

from .job.errors import StepError
from .models.weights import require_finite_output


def main(folder: str) -> int:
    """Exit code of the command."""
    try:
        require_finite_output(Path(folder), "Look at how the program made it.")
    except StepError as error:
        print(error)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
