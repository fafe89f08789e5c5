"""The operator's commands: migrate, doctor, certificate, seed, import, and groups of others."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gym.commands.audit.group import audit
from gym.commands.backup.group import backup, restore
from gym.commands.privacy.group import privacy
from gym.commands.running import command, environment
from gym.demo.history.team import Fraud
from gym.faces.engine.model_packs import Engine
from gym.reports.ranges import RangeName
from gym.security.permissions import Role

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
kiosks = typer.Typer(no_args_is_help=True, help="Kiosks at the door.")
staff = typer.Typer(no_args_is_help=True, help="The people who work here.")
keys = typer.Typer(no_args_is_help=True, help="The keys that faces and pictures are kept with.")
faces = typer.Typer(no_args_is_help=True, help="The face engine and the faces it knows.")
clock = typer.Typer(no_args_is_help=True, help="The sandbox's business clock.")
app.add_typer(kiosks, name="kiosks")
app.add_typer(staff, name="staff")
app.add_typer(keys, name="keys")
app.add_typer(faces, name="faces")
app.add_typer(privacy, name="privacy")
app.add_typer(audit, name="audit")
app.add_typer(backup, name="backup")
app.command("restore")(restore)
app.add_typer(clock, name="clock")


@app.command()
@command
async def migrate(
    check: Annotated[bool, typer.Option(help="Only compare the migrations with the models.")] = False,
) -> int:
    """Bring the database to the newest revision."""
    from gym.commands import database

    return await (database.check() if check else database.migrate(environment()))


@app.command()
@command
async def doctor() -> int:
    """Check the whole set-up and say what to do."""
    from gym.commands.doctor import examine

    return await examine(environment())


@app.command()
@command
async def certificate(
    name: Annotated[
        list[str] | None,
        typer.Option(help="Another host name or address of this computer; can be given several times."),
    ] = None,
    new_authority: Annotated[
        bool, typer.Option("--new-authority", help="Begin anew; every tablet must then trust the new one.")
    ] = False,
) -> int:
    """Make or renew a certificate for the gym's own network, and say how tablets trust it."""
    from gym.commands.certificate import certificate as make

    return make(environment(), name or [], new_authority=new_authority)


@app.command()
@command
async def seed(
    faces: Annotated[
        Path, typer.Option(help="Folders of photos, one a person.", exists=True, file_okay=False)
    ],
    per_client: Annotated[int, typer.Option(help="Photos to enrol of each.", min=1, max=5)] = 3,
) -> int:
    """Make a client with an active subscription and a face for each folder of an LFW-layout directory."""
    from gym.commands.seed import seed_faces

    return await seed_faces(environment(), faces, per_client)


@app.command()
@command
async def demo(
    clients: Annotated[int, typer.Option(help="How many members there have been.", min=1, max=100_000)] = 200,
    years: Annotated[int, typer.Option(help="Years of history, up to today.", min=1, max=10)] = 3,
    number: Annotated[int, typer.Option("--seed", help="Another number is another gym.")] = 1,
    frauds: Annotated[
        list[Fraud] | None,
        typer.Option(help="One employee who cheats in this way; can be given several times."),
    ] = None,
    faces: Annotated[
        Path | None,
        typer.Option(help="Folders of photos, one a person, for the members of today.", exists=True),
    ] = None,
) -> int:
    """Fill an empty sandbox with a made-up gym and its history."""
    from gym.commands.data.demo import load_demo
    from gym.demo.history.story import DemoOrder

    order = DemoOrder(clients, years, number, frozenset(frauds or ()))
    return await load_demo(environment(), order, faces)


@app.command("import")
@command
async def import_list(
    what: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="A spreadsheet (.xlsx), CSV, ZIP of photos or export; `list` shows past imports,"
            " `undo` takes one back.",
        ),
    ],
    number: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Which import to undo, as `list` shows it.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    good_rows: Annotated[
        bool, typer.Option("--good-rows", help="Import the good rows although others have problems.")
    ] = False,
    sheet: Annotated[str, typer.Option(help="The sheet of a workbook; else the one with most people.")] = "",
    day_first: Annotated[
        bool | None,
        typer.Option("--day-first/--month-first", help="How days are read that could be read in two ways."),
    ] = None,
    notes: Annotated[bool, typer.Option(help="Keep columns that nobody knows in the clients' notes.")] = True,
    sheet_back: Annotated[
        Path | None, typer.Option(help="Write the sheet with its problems here (.xlsx).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Import a list of members, or their photos; the same again changes nothing."""
    from gym.commands.data.import_order import ImportOrder
    from gym.commands.data.importing import import_file
    from gym.commands.data.past_imports import show_imports, undo_import
    from gym.importing.reading.day_orders import DayOrder
    from gym.importing.schemas import ImportChoices

    orders = {None: None, True: DayOrder.DAY_FIRST, False: DayOrder.MONTH_FIRST}
    choices = ImportChoices(sheet, orders[day_first], notes)
    if what == "list":
        return await show_imports(environment(), as_json=as_json)
    if what == "undo":
        return await undo_import(environment(), number, as_json=as_json)
    if not (file := Path(what)).is_file():
        raise typer.BadParameter(f"There is no file {what}.")
    return await import_file(
        environment(), ImportOrder(file, choices, dry_run, good_rows, as_json, sheet_back)
    )


@app.command("export")
@command
async def export_gym(
    everything: Annotated[bool, typer.Option("--all", help="Everything the gym has, in one ZIP.")] = False,
    to: Annotated[Path | None, typer.Option(help="The file; else powergym-DAY.zip here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Write clients, plans, money and visits as CSV and JSON; `import` reads it into an empty gym."""
    from gym.commands.data.exporting import export_all

    if not everything:
        raise typer.BadParameter("Say --all.")
    return await export_all(environment(), to, as_json=as_json)


@app.command("report")
@command
async def report(
    name: Annotated[str | None, typer.Argument(help="Which report; without it they are listed.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day; else today.")
    ] = None,
    days: Annotated[
        RangeName, typer.Option("--range", help="Which days, where none are given.")
    ] = RangeName.THIS_MONTH,
    xlsx: Annotated[Path | None, typer.Option(help="Write a workbook here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Print one report over a range of gym days, as the chat shows it."""
    from gym.commands.data.reporting import ReportOrder, print_report

    first, last = (one.date() if one else None for one in (since, until))
    return await print_report(environment(), ReportOrder(name, first, last, days, as_json, xlsx))


@kiosks.command("pair")
@command
async def pair_kiosk(name: str) -> int:
    """Print a pairing code for a new kiosk."""
    from gym.commands.people import pairing_code

    return await pairing_code(environment(), name)


@staff.command("invite")
@command
async def invite_staff(role: Annotated[Role, typer.Option(help="What the invited person will be.")]) -> int:
    """Print a one-time deep link for a new member of staff."""
    from gym.commands.people import invitation

    return await invitation(environment(), role)


@staff.command("confirm")
@command
async def confirm_staff(
    number: Annotated[int | None, typer.Argument(help="The Telegram number of one who waits.")] = None,
) -> int:
    """Print who waits to be an admin, or confirm one of them where no admin can."""
    from gym.commands.people import confirmation

    return await confirmation(environment(), number)


@keys.command("new")
@command
async def new_keys() -> int:
    """Print fresh JWT_KEYS and DATA_KEYS for the environment of a new gym."""
    from gym.commands.new_keys import new

    return await new()


@keys.command("list")
@command
async def list_keys() -> int:
    """Print the ids of the data keys and how much needs each."""
    from gym.commands.keys import show

    return await show(environment())


@keys.command("add")
@command
async def add_key() -> int:
    """Put a new data key in front; what is stored from now on is kept with it."""
    from gym.commands.keys import add

    return await add(environment())


@keys.command("rotate")
@command
async def rotate_keys() -> int:
    """Move every face and picture to the first key while the gym is open; can be stopped and run again."""
    from gym.commands.keys import rotate

    return await rotate(environment())


@keys.command("retire")
@command
async def retire_key(kid: str) -> int:
    """Take an old key out; refused while anything still needs it."""
    from gym.commands.keys import retire

    return await retire(environment(), kid)


@faces.command("calibrate")
@command
async def calibrate_faces(
    folder: Annotated[
        Path,
        typer.Argument(
            help="people/NAME/*.jpg and strangers/NAME/*.jpg, or NAME/*.jpg with strangers of one photo.",
            exists=True,
            file_okay=False,
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    engine: Annotated[
        Engine | None, typer.Option(help="Measure this engine's pack instead of FACE_PACK.")
    ] = None,
    fpir: Annotated[float, typer.Option(help="Share of strangers that may be let in.", min=0, max=1)] = 0.003,
    verdicts: Annotated[
        bool, typer.Option("--verdicts", help="Also print what enrolment says of the photos, not as JSON.")
    ] = False,
) -> int:
    """Measure how well the model knows a folder of people; needs no database."""
    from gym.commands.calibrate import calibrate

    return await calibrate(environment(), folder, engine, fpir, as_json, verdicts)


@faces.command("doctor")
@command
async def examine_faces() -> int:
    """Say how the face engine, its files and licence, its threshold and the gallery stand."""
    from gym.commands.faces import doctor

    return await doctor(environment())


@faces.command("reembed")
@command
async def reembed_faces() -> int:
    """Make the templates of another model anew from the enrolment pictures; can be stopped and run again."""
    from gym.commands.faces import reembed

    return await reembed(environment())


@clock.command("show")
@command
async def show_clock() -> int:
    """Print the business time."""
    from gym.commands.database import read_clock

    return await read_clock(environment())


@clock.command("advance")
@command
async def advance_clock(
    days: Annotated[int, typer.Option(min=0)] = 0, hours: Annotated[int, typer.Option(min=0)] = 0
) -> int:
    """Move the sandbox's clock forward."""
    from gym.commands.database import move_clock

    return await move_clock(environment(), days, hours)
