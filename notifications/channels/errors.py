"""Why a message was not told. Whatever else a channel raises may pass by itself."""


class Refused(Exception):
    """Refused for good: asking the same again is pointless (RFC 5321 §4.2.1)."""


class ChannelAway(Exception):
    """Nothing gets through at the moment, whatever the message."""
