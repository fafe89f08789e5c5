"""Phones are the same telephone however a country dials it, and the client's own contact fits."""

from __future__ import annotations

from contextlib import suppress

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat
from sqlalchemy import update

from gym.app import Gym
from gym.clients.errors import PhoneInvalid
from gym.clients.fields.phones import examples, parse_contact_phone, parse_phone, same_phone
from gym.clients.models import Client
from gym.clients.service import ClientService
from gym.security.permissions import Actor
from tests.support.front_desk import Desk

COUNTRIES = ("CO", "MX", "AR", "BR", "ES")
READ = [
    ("CO", "300 123 4567", "+573001234567"),
    ("CO", "(300) 123-4567", "+573001234567"),
    ("CO", "+57 300 123 4567", "+573001234567"),
    ("CO", "573001234567", "+573001234567"),
    ("CO", "3001234567.0", "+573001234567"),
    ("CO", "cel. 300 123 4567", "+573001234567"),
    ("CO", "Teléfono: 300-123-4567", "+573001234567"),
    ("CO", "300\u00a0123\u20114567", "+573001234567"),
    ("CO", "+34 612 34 56 78", "+34612345678"),
    ("AR", "+54 9 11 2345-6789", "+5491123456789"),
    ("AR", "011 15 2345-6789", "+5491123456789"),
    ("AR", "11 2345-6789", "+541123456789"),
    ("MX", "55 1234 5678", "+525512345678"),
    ("MX", "+52 1 55 1234 5678", "+525512345678"),
    ("MX", "044 55 1234 5678", "+525512345678"),
    ("BR", "(11) 98765-4321", "+5511987654321"),
    ("BR", "(11) 8765-4321", "+5511987654321"),
    ("BR", "+55 11 8765-4321", "+5511987654321"),
    ("ES", "612 34 56 78", "+34612345678"),
    ("ES", "0034 612 345 678", "+34612345678"),
    ("CO", "0057 300 111 0036", "+573001110036"),
    *[
        ("CO", typed, None)
        for typed in (
            *("", "12", "hola", "300123", "+999 1234567", "3" * 50, "300 FLOWERS", "3001234567 ext 5"),
            *("300 123 4567 / 310 987 6543", "3001234567, 3109876543", "3001234567 mamá", "3.0E+09", "-"),
        )
    ],
]
CONTACTS = [
    # What the desk has typed, and what Telegram says of the same telephone.
    ("AR", "11 2345-6789", "5491123456789"),
    ("AR", "+54 9 11 2345 6789", "541123456789"),
    ("MX", "55 1234 5678", "5215512345678"),
    ("MX", "55 1234 5678", "+525512345678"),
    ("BR", "(11) 8765-4321", "5511987654321"),
    ("BR", "(11) 98765-4321", "551187654321"),
    ("CO", "300 123 4567", "573001234567"),
    ("ES", "612 34 56 78", "+34612345678"),
]
KEPT_BEFORE = [
    # As an earlier release has kept it.
    ("AR", "+541123456789", "5491123456789"),
    ("AR", "+5491123456789", "541123456789"),
    ("MX", "+525512345678", "5215512345678"),
    ("BR", "+5511987654321", "551187654321"),
]


@pytest.mark.parametrize(("region", "typed", "number"), READ)
def test_a_phone_is_read_as_its_country_dials_it_or_asked_again(
    region: str, typed: str, number: str | None
) -> None:
    if number is None:
        with pytest.raises(PhoneInvalid):
            parse_phone(typed, region)
    else:
        assert parse_phone(typed, region) == number


@pytest.mark.parametrize(("region", "typed", "contact"), CONTACTS)
def test_a_shared_contact_is_the_registered_telephone(region: str, typed: str, contact: str) -> None:
    assert parse_phone(typed, region) in same_phone(parse_contact_phone(contact, region))


@pytest.mark.parametrize(("region", "kept", "contact"), KEPT_BEFORE)
async def test_a_member_is_linked_and_found_by_either_form_of_the_number(
    gym: Gym, front: Desk, region: str, kept: str, contact: str
) -> None:
    rosa = await front.registers("Rosa", "Vargas")
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Client).where(Client.id == rosa.id).values(phone=kept))
    for typed in (contact, f"+{contact}", contact[2:]):
        assert await front.finds(typed) == ["Rosa Vargas"], typed
    async with gym.unit_of_work(Actor.system()) as uow:
        linked = await ClientService(uow).link_contact(contact, 4711, "es")
    assert linked.id == rosa.id


@pytest.mark.parametrize("region", COUNTRIES)
def test_the_question_shows_a_number_of_the_gyms_own_country(region: str) -> None:
    with pytest.raises(PhoneInvalid) as refused:
        parse_phone("no", region)
    national, abroad = examples(region)
    assert refused.value.context == {"example": national, "abroad": abroad}
    assert parse_phone(national, region) == parse_phone(abroad, "ZW")
    code = phonenumbers.country_code_for_region(region)
    assert abroad.startswith(f"+{code} ")


@pytest.mark.parametrize("region", COUNTRIES)
def test_every_form_of_a_number_is_every_other_forms(region: str) -> None:
    number = parse_phone(examples(region)[0], region)
    for form in same_phone(number):
        assert set(same_phone(form)) == set(same_phone(number))


@given(st.integers(3100000000, 3209999999))
def test_what_the_gym_prints_it_reads_back(digits: int) -> None:
    number = phonenumbers.parse(f"+57{digits}")
    for form in (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.E164):
        assert parse_phone(phonenumbers.format_number(number, form), "CO") == f"+57{digits}"


@given(st.text(max_size=70))
def test_any_text_is_a_phone_or_a_question(text: str) -> None:
    with suppress(PhoneInvalid):
        assert parse_phone(text, "CO").startswith("+")
