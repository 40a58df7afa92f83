from accounts.models.business import Business, FormerSlug
from accounts.models.membership import Membership, Role
from accounts.models.user import User

__all__ = ["Business", "FormerSlug", "Membership", "Role", "User"]
