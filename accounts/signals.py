"""What accounts tell whoever builds on them, in the transaction of the change."""

from django.dispatch import Signal

# Rows of businesses were written; `business_ids` are whose.
businesses_changed = Signal()
