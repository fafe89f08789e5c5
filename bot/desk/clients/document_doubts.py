"""Documents that an earlier release may have read wrongly: each is corrected, or confirmed as it is."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from bot.desk.clients.profile import EditField
from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Row, button, nav, pager
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from gym.clients.fields.documents import Document, probably_meant
from gym.clients.fields.table import FieldKey
from gym.clients.models import Client
from gym.clients.schemas import ClientChanges
from gym.clients.service import ClientService
from gym.security.permissions import Permission

router = Router(Audience.STAFF)


@callback("docs")
class DocumentDoubts(Callback):
    page: int = 0


@callback("docq")
class DocumentDoubt(Callback):
    client_id: UUID


@callback("docset", changes=True)
class MendDocument(Callback):
    """Correct the document to what it was probably meant to be."""

    client_id: UUID


@callback("dockp", changes=True)
class KeepDocument(Callback):
    client_id: UUID


async def doubts_row(context: UpdateContext) -> Sequence[Row]:
    """A button to the list for admins, while there is a document in doubt."""
    if not context.identity.may(Permission.CHANGE_SETTINGS):
        return []
    async with context.unit_of_work() as uow:
        found = await ClientService(uow).documents_in_doubt()
    label = context.t.plural("🪪 {count} document to check", "🪪 {count} documents to check", found.total)
    return [[button(label, DocumentDoubts(), wide=True)]] if found.total else []


@router.on(DocumentDoubts)
async def document_doubts(context: UpdateContext, press: DocumentDoubts) -> None:
    async with context.unit_of_work() as uow:
        found = await ClientService(uow).documents_in_doubt(press.page)
    t = context.t
    text = t("🪪 <b>Documents to check</b>\n\nAn earlier version may have read these wrongly.")
    rows = [
        [button(f"{client.full_name} · {kept(client)}", DocumentDoubt(client.id), wide=True)]
        for client in found.items
    ]
    pages = pager(found.number, found.pages, DocumentDoubts)
    await context.show(
        Screen(text if rows else t("🪪 No document is left to check."), [*rows, pages, nav(t)])
    )


@router.on(DocumentDoubt)
async def document_doubt(context: UpdateContext, press: DocumentDoubt) -> None:
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).get(press.client_id)
    t, meant = context.t, _meant(client)
    lines = [t("👤 {client}\n🪪 <b>{document}</b>", client=client.full_name, document=kept(client)), ""]
    lines.append(t("Is this the document? Look at the card itself if you can."))
    rows = [[button(t("It is right"), KeepDocument(client.id))]]
    if meant is not None:
        label = t("Make it {document}", document=f"{meant.type} {meant.number}")
        rows.insert(0, [button(label, MendDocument(client.id), wide=True)])
    rows[-1].append(button(t("Type it"), EditField(client.id, FieldKey("document"))))
    rows.append([button(t("👤 Open the card"), Card(client.id))])
    await context.show(Screen("\n".join(lines), [*rows, nav(t, back=DocumentDoubts())]))


@router.on(MendDocument)
async def mend_document(context: UpdateContext, press: MendDocument) -> None:
    async with context.unit_of_work() as uow:
        service = ClientService(uow)
        meant = _meant(await service.get(press.client_id))
        if meant is not None:
            await service.edit(press.client_id, ClientChanges(document=meant))
    await go(context, DocumentDoubts())


@router.on(KeepDocument)
async def keep_document(context: UpdateContext, press: KeepDocument) -> None:
    async with context.unit_of_work() as uow:
        await ClientService(uow).confirm_document(press.client_id)
    await go(context, DocumentDoubts())


def kept(client: Client) -> str:
    return f"{client.document_type} {client.document_number}"


def _meant(client: Client) -> Document | None:
    """The number as it was probably meant, while it is in doubt: a second press must not shorten it again."""
    if not client.document_in_doubt or client.document_type is None or client.document_number is None:
        return None
    return probably_meant(client.document_type, client.document_number)
