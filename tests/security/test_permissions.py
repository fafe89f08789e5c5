"""Permissions: the table of who may do what, cell by cell."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from gym.core.errors import Forbidden
from gym.security.permissions import Actor, ActorKind, NotAllowed, Permission, Role

ID = UUID(int=7)
ADMIN = Actor.staff(ID, "Ana", Role.ADMIN, "es")
EMPLOYEE = Actor.staff(ID, "Eva", Role.EMPLOYEE)
MEMBER = Actor.member(ID, "Max", "es")
KIOSK = Actor.kiosk(ID, "Door")

P = Permission
EMPLOYEES_TOO = [
    *(P.MANAGE_CLIENTS, P.DEACTIVATE_CLIENT, P.MANAGE_FACES, P.CHECK_IN, P.SELL, P.FREEZE, P.TAKE_PAYMENT),
    *(P.SELL_PRODUCTS, P.UNDO_OWN_CHECK_IN, P.BLOCK_SHORT, P.COUNT_OWN_CASH, P.VOID_OWN_TODAY),
    *(P.DISCOUNT_WITHIN_LIMIT, P.OVERRIDE_DENIAL, P.REPORT_OWN_DAY),
]
ADMINS_ONLY = [
    *(
        P.VOID_ANY,
        P.REFUND,
        P.DISCOUNT_ANY,
        P.APPROVE_REQUESTS,
        P.MANAGE_PLANS,
        P.MANAGE_PRODUCTS,
        P.BLOCK_LONG,
    ),
    *(P.COUNT_ALL_CASH, P.REPORT_ALL, P.MANAGE_STAFF, P.MANAGE_KIOSKS, P.CHANGE_SETTINGS, P.READ_AUDIT),
    *(P.BROADCAST, P.ERASE, P.EXPORT, P.IMPORT, P.RUN_JOBS),
    *(P.FREEZE_BEYOND_PLAN, P.GIFT_DAYS, P.BACKDATE_PAYMENT),
]


@pytest.mark.parametrize("permission", EMPLOYEES_TOO)
def test_employees_and_admins_may(permission: Permission) -> None:
    EMPLOYEE.require(permission)
    ADMIN.require(permission)


@pytest.mark.parametrize("permission", ADMINS_ONLY)
def test_only_admins_may(permission: Permission) -> None:
    ADMIN.require(permission)
    with pytest.raises(NotAllowed) as caught:
        EMPLOYEE.require(permission)
    assert isinstance(caught.value, Forbidden)
    assert (caught.value.code, caught.value.status) == ("not_allowed", 403)
    assert caught.value.context == {"permission": permission.value}


@pytest.mark.parametrize("permission", Permission)
def test_the_gym_itself_may_everything_a_kiosk_only_check_in_and_a_member_nothing(
    permission: Permission,
) -> None:
    assert Actor.system().may(permission)
    assert KIOSK.may(permission) == (permission is P.CHECK_IN)
    assert not MEMBER.may(permission)
    assert not Actor(ActorKind.STAFF, ID, "no role").may(permission)


@pytest.mark.parametrize("kind", [ActorKind.MEMBER, ActorKind.KIOSK])
def test_a_role_on_somebody_who_is_not_staff_means_nothing(kind: ActorKind) -> None:
    imposter = Actor(kind, ID, "x", Role.ADMIN)
    assert not imposter.is_admin
    assert not imposter.may(P.REFUND)


def test_an_actor_knows_its_name_and_language() -> None:
    assert (ADMIN.name, ADMIN.language, ADMIN.is_admin) == ("Ana", "es", True)
    assert (MEMBER.kind, MEMBER.id, MEMBER.language) == (ActorKind.MEMBER, ID, "es")
    assert (Actor.system().id, EMPLOYEE.is_admin) == (None, False)


def test_an_actor_is_one_client_or_one_member_of_staff_or_neither() -> None:
    rosa, ana, door = uuid4(), uuid4(), uuid4()
    member, staff = Actor.member(rosa, "Rosa"), Actor.staff(ana, "Ana", Role.EMPLOYEE)
    kiosk, gym = Actor.kiosk(door, "Door"), Actor.system()
    assert [one.client_id for one in (member, staff, kiosk, gym)] == [rosa, None, None, None]
    assert [one.staff_id for one in (member, staff, kiosk, gym)] == [None, ana, None, None]
    clients = [one.is_client(key) for one in (member, staff, gym) for key in (rosa, ana, None)]
    assert clients == [True, *[False] * 8]
    workers = [one.is_staff(key) for one in (staff, member, gym) for key in (ana, rosa, None)]
    assert workers == [True, *[False] * 8]


def test_what_is_the_own_needs_no_permission_and_another_ones_does() -> None:
    rosa = uuid4()
    Actor.member(rosa, "Rosa").require_own_or(P.MANAGE_CLIENTS, rosa)
    EMPLOYEE.require_own_or(P.MANAGE_CLIENTS, rosa)
    for stranger, needed in ((MEMBER, P.MANAGE_CLIENTS), (EMPLOYEE, P.RUN_JOBS)):
        with pytest.raises(NotAllowed):
            stranger.require_own_or(needed, rosa)
