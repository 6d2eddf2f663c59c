"""Failures that are the user's to mend: one sentence that says what was seen and what to do."""


class StepError(Exception):
    """Ends the step with a sentence for the user. `code` is stable: gate, data, model, environment."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
