"""Columns whose heading or cells look like another column's: nobody owes, ends or is somebody by them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from gym.importing.memberships import KnownPlan, Memberships
from gym.importing.reading.people import WrittenMembership, YesNoCell
from gym.plans.models import DurationUnit
from tests.findings.importing.test_sheets_from_elsewhere import people, plans
from tests.support.sheets import csv

ENDS = date(2026, 12, 5)


def test_how_somebody_pays_and_what_is_in_their_favour_is_no_debt() -> None:
    """A direct debit's `Sí` used to owe the full price, its `No` beside an unpaid month nothing."""
    for heading in (
        "Débito automático",
        "Tarjeta débito",
        "Débito directo",
        "Cartão de débito",
        "Débito aut.",
    ):
        data = csv(f"Nombre;Vence;Pagó;{heading}\nAna Ruiz;5/12/2026;sí;Sí\nEva Mora;5/12/2026;no;No\n")
        assert plans(data) == [
            WrittenMembership(ends_on=ENDS, paid=YesNoCell.YES),
            WrittenMembership(ends_on=ENDS, paid=YesNoCell.NO),
        ], heading
        assert people(data)[0] == f"2 Ana/Ruiz notes={heading}: Sí"
    for heading in ("Saldo a favor", "Saldo de clases"):
        assert plans(csv(f"Nombre;Vence;{heading}\nAna Ruiz;5/12/2026;8\n")) == [
            WrittenMembership(ends_on=ENDS)
        ], heading
    for heading in ("Débito", "Débitos", "Débitos em aberto", "Débito pendiente", "Saldo", "Saldo pendiente"):
        assert plans(csv(f"Nombre;Vence;{heading}\nAna Ruiz;5/12/2026;8.000\n")) == [
            WrittenMembership(ends_on=ENDS, owing=Decimal(8000))
        ], heading


def test_a_state_or_a_day_of_the_month_under_a_last_days_heading_is_a_note() -> None:
    """Each row of such a list used to be refused; the column that has days is found behind it."""
    for heading, said in (
        ("Vigencia", ("Vigente", "Vencida")),
        ("Validade", ("sim", "não")),
        ("Corte", ("5", "15")),
    ):
        data = csv(f"Nombre;{heading}\nAna Ruiz;{said[0]}\nEva Mora;{said[1]}\n")
        assert people(data) == [
            f"2 Ana/Ruiz notes={heading}: {said[0]}",
            f"3 Eva/Mora notes={heading}: {said[1]}",
        ]
        assert plans(data) == [None, None]
    data = csv("Nombre;Vigencia;Vencimiento\nAna Ruiz;Vigente;5/12/2026\nEva Mora;Vencida;5/12/2026\n")
    assert plans(data) == [WrittenMembership(ends_on=ENDS)] * 2
    assert people(csv("Nombre;Vence\nAna Ruiz;Vencida\nEva Mora;5/12/2026\n"))[0] == "2 Vence: day_invalid"


def test_a_fee_is_nobodys_document() -> None:
    """One fee for all used to be one document for all."""
    for fees in (("120000", "120000"), ("120000", "150000"), ("120001", "120001")):
        rows = [f"{name};{fee}" for name, fee in zip(("Ana Ruiz", "Eva Mora"), fees, strict=True)]
        assert people(csv("\n".join(["Nombre;Matrícula", *rows]))) == [
            f"2 Ana/Ruiz notes=Matrícula: {fees[0]}",
            f"3 Eva/Mora notes=Matrícula: {fees[1]}",
        ]
        assert people(csv("\n".join(rows))) == [f"1 Ana/Ruiz notes={fees[0]}", f"2 Eva/Mora notes={fees[1]}"]
    numbers = "1020304101", "1020304299", "52123456", "79441207", "1020304101"
    rows = [f"Ana Ruiz{'o' * place};{number}" for place, number in enumerate(numbers)]
    found = people(csv("\n".join(["Nombre;ID", *rows])))
    assert [row.split()[-1] for row in found] == [f"CC{number}" for number in numbers], "one person twice"


def test_lengths_under_a_plans_heading_are_no_prices() -> None:
    data = "Nombre;Plan;Inicio\nAna Ruiz;1;5/11/2026\nEva Mora;3;5/11/2026\nIda Paz;12;5/11/2026\n"
    assert [one and one.price for one in plans(csv(data))] == [None] * 3
    assert [one and one.plan for one in plans(csv(data))] == ["1", "3", "12"]
    for amount, price in (("80.000", "80000"), ("$ 80", "80"), ("80 mil", "80000"), ("80000", "80000")):
        priced = csv(f"Nombre;Plan;Inicio\nAna Ruiz;{amount};5/11/2026\n")
        assert plans(priced) == [WrittenMembership(starts_on=date(2026, 11, 5), price=Decimal(price))], amount
    monthly = csv("Nombre;Mensualidad;Inicio\nAna Ruiz;650;5/11/2026\n")
    assert plans(monthly) == [WrittenMembership(starts_on=date(2026, 11, 5), price=Decimal(650))]


@pytest.mark.parametrize(
    ("plan", "sold", "price"),
    [
        ("Running 10k", ["Running 10k"], 90000),
        ("RUNNING 10K", ["Running 10k mañana"], 90000),
        ("Funcional 19.30", ["Funcional 19.30", "Funcional"], 90000),
        ("Running 10k", ["Running"], 10000),
        ("Running 10k $80.000", ["Running 10k"], 80000),
    ],
)
def test_a_number_in_a_plans_own_name_is_no_price(plan: str, sold: Sequence[str], price: int) -> None:
    data = csv(f"Nombre;Plan;Vence;Pagó\nAna Ruiz;{plan};25/12/2026;no\n")
    [written] = plans(data)
    assert written is not None
    prices = [(date(2026, 1, 1), Decimal(90000))]
    known = [KnownPlan(uuid4(), name, DurationUnit.MONTH, 1, None, prices) for name in sold]
    running = Memberships(known, date(2026, 11, 29)).running(written)
    assert running is not None
    assert running.plan_id == known[0].id
    assert (running.price, running.owing) == (Decimal(price), Decimal(price))
