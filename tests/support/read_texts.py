"""How the trainers read texts: lines of JSON in, `{"options": …, "text": …}`; lines of JSON out."""

import json
import sys

from reprise_trainer.data.answers import outside_thinking, tagged_letter
from reprise_trainer.data.choices import Choices
from reprise_trainer.data.reading import tidy

for line in sys.stdin:
    asked = json.loads(line)
    text = tidy(asked["text"])
    choice = Choices(asked["options"]).of(text)
    read = {
        "outside": outside_thinking(text),
        "choice": [choice.letter, choice.small] if choice else None,
        "tagged": tagged_letter(asked["text"], asked["options"]),
    }
    sys.stdout.write(json.dumps(read) + "\n")
