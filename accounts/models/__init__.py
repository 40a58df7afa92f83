from accounts.models.business import Business
from accounts.models.membership import Membership, Role
from accounts.models.user import User

__all__ = ["Business", "Membership", "Role", "User"]
