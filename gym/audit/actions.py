"""What each action of the audit trail is called, and which kind it is searched by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gym.core.language import N_


class TrailKind(StrEnum):
    """What a row is about; the words are in buttons, so they stay."""

    LOOKS = "looks"
    CLIENTS = "people"
    PLANS = "plans"
    STOCK = "stock"
    MONEY = "money"
    DOOR = "door"
    FACES = "faces"
    TEAM = "team"
    GYM = "gym"


@dataclass(frozen=True, slots=True)
class TrailAction:
    """One action: its kind, and what somebody did, as the rest of a sentence that begins with the name."""

    kind: TrailKind
    title: str


_LOOKS: Final = {
    "client.viewed": N_("opened the card"),
    "client.exported": N_("exported the data"),
    "client.messages_read": N_("read the messages"),
    "gym.exported": N_("exported everything"),
    "report.exported": N_("took a report as a file"),
    "audit.viewed": N_("looked at the audit"),
    "audit.exported": N_("took the audit as a spreadsheet"),
}
_CLIENTS: Final = {
    "client.registered": N_("registered"),
    "client.changed": N_("changed the details"),
    "client.import_filled": N_("filled in details from a list"),
    "client.import_undone": N_("took back what a list had filled in"),
    "client.document_confirmed": N_("confirmed the document"),
    "client.deactivated": N_("deactivated the client"),
    "client.reactivated": N_("reactivated"),
    "client.blocked": N_("put a block"),
    "client.unblocked": N_("unblocked"),
    "client.language_changed": N_("changed the language"),
    "client.link_issued": N_("made a link for the chat"),
    "client.linked": N_("linked the chat"),
    "client.unlinked": N_("unlinked the chat"),
    "client.contacted": N_("wrote to or called"),
    "client.answered": N_("answered a message"),
    "client.message_closed": N_("closed a message without an answer"),
    "client.card_issued": N_("printed a new card"),
    "client.card_revoked": N_("revoked the card"),
    "client.erasure_asked": N_("asked for an erasure"),
    "client.erasure_taken_back": N_("took the erasure back"),
    "client.erased": N_("erased"),
    "clients.imported": N_("imported a list"),
    "clients.import_undone": N_("undid an import"),
}
_PLANS: Final = {
    "subscription.sold": N_("sold a plan"),
    "subscription.renewed": N_("renewed the plan"),
    "subscription.changed": N_("changed the plan"),
    "subscription.plan_changed": N_("ended the plan for another one"),
    "subscription.brought_forward": N_("brought a running plan into the books"),
    "subscription.moved": N_("moved the plan's days"),
    "subscription.canceled": N_("canceled the plan"),
    "subscription.used_up": N_("closed the used-up plan"),
    "subscription.scheduled": N_("set the plan to scheduled"),
    "subscription.pending_payment": N_("set the plan to unpaid"),
    "subscription.active": N_("began the plan"),
    "subscription.frozen": N_("set the plan to frozen"),
    "subscription.expired": N_("ended the plan"),
    "subscription.lapsed": N_("ended the unpaid plan"),
    "freeze.made": N_("froze the plan"),
    "freeze.moved": N_("moved the freeze"),
    "freeze.ended": N_("ended the freeze"),
    "freeze.canceled": N_("canceled the freeze"),
    "days.given": N_("gave days"),
    "gym.closed": N_("announced a closing"),
    "gym.opened": N_("shortened a closing"),
    "plan.created": N_("made a new plan"),
    "plan.edited": N_("changed a plan on offer"),
    "plan.activated": N_("put a plan on offer"),
    "plan.deactivated": N_("took a plan off offer"),
    "plan.price_scheduled": N_("set a price"),
    "plan.price_canceled": N_("took a price change back"),
}
_PRODUCTS: Final = {
    "product.created": N_("made a new product"),
    "product.edited": N_("changed a product"),
    "product.activated": N_("put a product on sale"),
    "product.deactivated": N_("took a product off sale"),
    "product.price_set": N_("set a product's price"),
    "product.price_canceled": N_("took a product's new price back"),
    "stock.purchased": N_("received stock"),
    "stock.lost": N_("wrote stock off"),
    "stock.counted": N_("counted stock"),
    "sale.made": N_("sold products"),
    "sale.voided": N_("voided a sale of products"),
    "sale.refunded": N_("took products back and paid them out"),
    "sale.void_asked": N_("asked to void a sale of products"),
}
_MONEY: Final = {
    "ledger.charge": N_("wrote down a charge"),
    "ledger.opening": N_("entered what was owed before"),
    "ledger.payment": N_("took a payment"),
    "ledger.void": N_("voided a payment"),
    "ledger.credit": N_("credited"),
    "ledger.refund": N_("gave money back"),
    "loss.accepted": N_("accepted a loss"),
    "cash.counted": N_("counted a till"),
    "debt.snoozed": N_("put a debt off"),
    "debt.woken": N_("let a debt be due again"),
    "debt.reminded": N_("reminded of a debt"),
    "approval.asked": N_("asked for approval"),
    "approval.approved": N_("approved a request"),
    "approval.rejected": N_("rejected a request"),
    "approval.withdrawn": N_("withdrew a request"),
    "approval.expired": N_("closed an old request"),
    "approval.used": N_("used an approval"),
    "transfer.quoted": N_("was told what to send"),
    "proof.sent": N_("sent a proof of payment"),
    "proof.approved": N_("approved a proof of payment"),
    "proof.rejected": N_("rejected a proof of payment"),
    "proof.asked": N_("asked about a proof of payment"),
    "proof.expired": N_("closed an old proof of payment"),
    "proof.replaced": N_("replaced a proof of payment"),
    "proof.confirmed": N_("found a transfer on the bank statement"),
    "payment_key.added": N_("added a payment key"),
    "payment_key.changed": N_("changed a payment key"),
    "payment_key.removed": N_("removed a payment key"),
    "reward.granted": N_("granted a reward"),
    "reward.redeemed": N_("used a reward"),
    "reward.revoked": N_("revoked a reward"),
}
_DOOR: Final = {
    "check_in.overridden": N_("let in against the verdict"),
    "check_in.undone": N_("undid an entry"),
    "check_in.left": N_("checked out"),
    "kiosk.code_issued": N_("made a pairing code"),
    "kiosk.paired": N_("paired a kiosk"),
    "kiosk.revoked": N_("unpaired a kiosk"),
    "kiosk.exit_pin_changed": N_("changed a kiosk's PIN"),
    "kiosk.door_changed": N_("changed the door's address"),
}
_FACES: Final = {
    "face.consent_given": N_("noted the consent to the face"),
    "face.consent_withdrawn": N_("withdrew the consent to the face"),
    "face.enrolled": N_("enrolled the face"),
    "face.adapted": N_("refreshed the face at the door"),
    "face.removed": N_("removed the face"),
    "face.erased": N_("erased the face"),
    "face.reembedded": N_("computed the face anew"),
}
_TEAM: Final = {
    "staff.invited": N_("invited a colleague"),
    "staff.invitation_withdrawn": N_("withdrew an invitation"),
    "staff.joined": N_("joined the team"),
    "staff.admin_waiting": N_("opened an admin's invitation"),
    "staff.admin_confirmed": N_("confirmed an admin"),
    "staff.admin_refused": N_("refused an admin"),
    "staff.role_changed": N_("changed the role"),
    "staff.deactivated": N_("took a colleague out"),
    "staff.reactivated": N_("took a colleague in again"),
    "staff.renamed": N_("changed a colleague's name"),
    "staff.language_changed": N_("changed a colleague's language"),
    "staff.password_set": N_("chose an API password"),
    "sign_in.ended": N_("ended a sign-in"),
    "sign_in.all_ended": N_("ended all sign-ins"),
    "own.acted_alone": N_("acted on the own membership alone"),
}
_GYM: Final = {
    "settings.changed": N_("changed the settings"),
    "desk_chat.confirmed": N_("confirmed a desk chat"),
    "desk_chat.changed": N_("changed a desk chat"),
    "desk_chat.removed": N_("removed a desk chat"),
    "broadcast.begun": N_("began a broadcast"),
    "broadcast.stopped": N_("stopped a broadcast"),
    "job.run": N_("ran a job"),
    "key.added": N_("added a data key"),
    "key.rotated": N_("moved to a new data key"),
    "key.retired": N_("retired a data key"),
    "backup.passphrase_made": N_("made the pass-phrase of the backups"),
    "backup.asked": N_("asked for a backup"),
    "backup.made": N_("made a backup"),
    "backup.copied": N_("copied a backup to its second place"),
    "backup.sent": N_("sent a backup"),
    "backup.proved": N_("proved a backup"),
    "backup.proof_failed": N_("could not prove a backup"),
    "backup.receiver_changed": N_("takes the backups from now on"),
    "demo.loaded": N_("loaded the demo gym"),
    "gym.restored": N_("restored the gym"),
    "trail.forgotten": N_("deleted the oldest rows of the audit"),
}
ACTIONS: Final[Mapping[str, TrailAction]] = {
    name: TrailAction(kind, title)
    for kind, titles in {
        TrailKind.LOOKS: _LOOKS,
        TrailKind.CLIENTS: _CLIENTS,
        TrailKind.PLANS: _PLANS,
        TrailKind.STOCK: _PRODUCTS,
        TrailKind.MONEY: _MONEY,
        TrailKind.DOOR: _DOOR,
        TrailKind.FACES: _FACES,
        TrailKind.TEAM: _TEAM,
        TrailKind.GYM: _GYM,
    }.items()
    for name, title in titles.items()
}
"""Every action that this or an earlier release writes; another is shown by its code."""


def actions_of(kind: TrailKind) -> list[str]:
    """The codes of a kind's actions."""
    return [name for name, action in ACTIONS.items() if action.kind is kind]
