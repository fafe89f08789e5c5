"""A person's usual place is their subnet; what each token can do is listed."""

from __future__ import annotations

from datetime import timedelta

from gym.app import Gym
from gym.core.database.ids import new_id
from gym.security.permissions import Actor
from gym.security.sessions import Sessions, TokenSubject, is_known
from gym.security.tokens import Scope, TokenIssuer
from web.http.authentication import issuer_of


async def known(gym: Gym, opened_from: str, asked_from: str) -> bool:
    subject = TokenSubject(new_id(), Scope.ADMIN, 0)
    async with gym.unit_of_work(Actor.system()) as uow:
        await Sessions(uow.session, issuer_of(gym)).open(subject, uow.context.wall, opened_from)
        return await is_known(uow.session, subject.id, asked_from)


async def test_another_address_of_the_same_subscriber_is_the_usual_place(gym: Gym) -> None:
    assert await known(gym, "2001:db8:1:2:aaaa::1", "2001:db8:1:2:bbbb::7")
    assert await known(gym, "192.0.2.1", "::ffff:192.0.2.1")
    assert not await known(gym, "2001:db8:1:2:aaaa::1", "2001:db8:1:3:aaaa::1")


async def test_what_a_proxy_wrote_in_place_of_an_address_keeps_nobody_out(gym: Gym) -> None:
    assert await known(gym, "x" * 500, "x" * 500)


async def test_no_access_token_works_for_longer_than_its_sign_in_is_listed(gym: Gym) -> None:
    issuer = issuer_of(gym)
    odd = TokenIssuer(issuer.keyring, access=timedelta(hours=9), refresh=timedelta(hours=1))
    async with gym.unit_of_work(Actor.system()) as uow:
        pair = await Sessions(uow.session, odd).open(TokenSubject(new_id(), Scope.ADMIN, 0), uow.context.wall)
    assert pair.expires_in == 3600
