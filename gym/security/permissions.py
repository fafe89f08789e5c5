"""Roles, permissions, and the actor that every service is called with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self
from uuid import UUID

from gym.core.errors import Forbidden
from gym.core.language import N_


class Role(StrEnum):
    """Role of a member of staff."""

    ADMIN = "admin"
    EMPLOYEE = "employee"


class ActorKind(StrEnum):
    """What acts: a person at the desk, a client in their own chat, a device at the door, the gym itself."""

    STAFF = "staff"
    MEMBER = "member"
    KIOSK = "kiosk"
    SYSTEM = "system"


class Permission(StrEnum):
    """One thing that may be allowed; amounts and days are judged by the service that asks."""

    MANAGE_CLIENTS = "manage_clients"
    DEACTIVATE_CLIENT = "deactivate_client"
    MANAGE_FACES = "manage_faces"
    CHECK_IN = "check_in"
    UNDO_OWN_CHECK_IN = "undo_own_check_in"
    UNDO_ANY_CHECK_IN = "undo_any_check_in"
    OVERRIDE_DENIAL = "override_denial"
    BLOCK_SHORT = "block_short"
    BLOCK_LONG = "block_long"
    ALLOW_DUPLICATE_FACE = "allow_duplicate_face"

    SELL = "sell"
    CANCEL_SUBSCRIPTION = "cancel_subscription"
    FREEZE = "freeze"
    FREEZE_BEYOND_PLAN = "freeze_beyond_plan"
    GIFT_DAYS = "gift_days"
    DISCOUNT_WITHIN_LIMIT = "discount_within_limit"
    DISCOUNT_ANY = "discount_any"
    APPROVE_REQUESTS = "approve_requests"

    TAKE_PAYMENT = "take_payment"
    BACKDATE_PAYMENT = "backdate_payment"
    VOID_OWN_TODAY = "void_own_today"
    VOID_ANY = "void_any"
    REFUND = "refund"
    CREDIT = "credit"
    COUNT_OWN_CASH = "count_own_cash"
    COUNT_ALL_CASH = "count_all_cash"

    SELL_PRODUCTS = "sell_products"
    MANAGE_PRODUCTS = "manage_products"
    MANAGE_PLANS = "manage_plans"

    REPORT_OWN_DAY = "report_own_day"
    REPORT_ALL = "report_all"

    MANAGE_STAFF = "manage_staff"
    MANAGE_KIOSKS = "manage_kiosks"
    CHANGE_SETTINGS = "change_settings"
    READ_AUDIT = "read_audit"
    BROADCAST = "broadcast"
    EXPORT = "export"
    IMPORT = "import"
    ERASE = "erase"
    RUN_JOBS = "run_jobs"


EMPLOYEE_MAY = frozenset(
    {
        Permission.MANAGE_CLIENTS,
        Permission.DEACTIVATE_CLIENT,
        Permission.MANAGE_FACES,
        Permission.CHECK_IN,
        Permission.UNDO_OWN_CHECK_IN,
        Permission.OVERRIDE_DENIAL,
        Permission.BLOCK_SHORT,
        Permission.SELL,
        Permission.CANCEL_SUBSCRIPTION,
        Permission.FREEZE,
        Permission.DISCOUNT_WITHIN_LIMIT,
        Permission.TAKE_PAYMENT,
        Permission.VOID_OWN_TODAY,
        Permission.COUNT_OWN_CASH,
        Permission.SELL_PRODUCTS,
        Permission.REPORT_OWN_DAY,
    }
)

ADMIN_MAY = frozenset(Permission)

ROLE_MAY = {Role.EMPLOYEE: EMPLOYEE_MAY, Role.ADMIN: ADMIN_MAY}

KIOSK_MAY = frozenset({Permission.CHECK_IN})

NOTHING: frozenset[Permission] = frozenset()


class NotAllowed(Forbidden):
    """The actor lacks one permission, which the API's details name."""

    code = "not_allowed"

    def __init__(self, permission: Permission) -> None:
        super().__init__(permission=permission.value)
        self.permission = permission


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it; the name is kept in the audit trail after the account is gone."""

    kind: ActorKind
    id: UUID | None
    name: str
    role: Role | None = None
    language: str = "en"

    @classmethod
    def system(cls) -> Self:
        """The gym itself: jobs, migrations, the operator's shell."""
        return cls(ActorKind.SYSTEM, None, "PowerGym")

    @classmethod
    def kiosk(cls, kiosk_id: UUID, name: str) -> Self:
        return cls(ActorKind.KIOSK, kiosk_id, name)

    @classmethod
    def member(cls, client_id: UUID, name: str, language: str = "en") -> Self:
        return cls(ActorKind.MEMBER, client_id, name, language=language)

    @classmethod
    def staff(cls, staff_id: UUID, name: str, role: Role, language: str = "en") -> Self:
        return cls(ActorKind.STAFF, staff_id, name, role, language)

    @property
    def is_admin(self) -> bool:
        return self.kind is ActorKind.STAFF and self.role is Role.ADMIN

    @property
    def permissions(self) -> frozenset[Permission]:
        match self.kind:
            case ActorKind.SYSTEM:
                return ADMIN_MAY
            case ActorKind.KIOSK:
                return KIOSK_MAY
            case ActorKind.STAFF:
                return NOTHING if self.role is None else ROLE_MAY[self.role]
            case ActorKind.MEMBER:
                return NOTHING

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise `NotAllowed` unless the actor has the permission."""
        if not self.may(permission):
            raise NotAllowed(permission)

    @property
    def client_id(self) -> UUID | None:
        """The client who acts in person, in the own chat; none for everybody else."""
        return self.id if self.kind is ActorKind.MEMBER else None

    @property
    def staff_id(self) -> UUID | None:
        """The member of staff who acts; none for everybody else."""
        return self.id if self.kind is ActorKind.STAFF else None

    def is_client(self, client_id: UUID | None) -> bool:
        """Whether this is the client in person, in the own chat."""
        return client_id is not None and self.client_id == client_id

    def is_staff(self, staff_id: UUID | None) -> bool:
        """Whether this is that member of staff."""
        return staff_id is not None and self.staff_id == staff_id

    def require_own_or(self, permission: Permission, client_id: UUID | None) -> None:
        """For what a client sees or does in person, and staff with a permission for anybody.

        Raises `NotAllowed`. What staff may not do for the own membership: `gym.staff.four_eyes`.
        """
        if not self.is_client(client_id):
            self.require(permission)


class OnlyFromDesk(Forbidden):
    """Money and periods are seen by the desk, and by the client they belong to."""

    code = "only_from_desk"
    message = N_("Only the desk can see that. Ask at the front desk.")
