"""Errors that are answers: each is named by the fact and says what the person can do."""


class DomainError(Exception):
    """Something asked for cannot be done. `code` is stable; `message` is for people."""

    code = "error"
    message = "This is not possible."
    # In how many seconds it may be possible, where that is known.
    retry_after: int | None = None

    def __init__(self, message: str = "") -> None:
        self.message = message or self.message
        # What a program is told beside, in JSON's own types.
        self.members: dict[str, object] = {}
        super().__init__(self.message)


class TryAgain(DomainError):
    """The database was busy for too long; nothing was changed."""

    code = "try_again"
    retry_after = 5
    message = "We are very busy right now. Nothing was changed; please try again in a moment."
