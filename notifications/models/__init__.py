from notifications.models.heartbeat import Heartbeat
from notifications.models.message import Audience, Message, MessageStatus
from notifications.models.outbox_event import OutboxEvent

__all__ = ["Audience", "Heartbeat", "Message", "MessageStatus", "OutboxEvent"]
