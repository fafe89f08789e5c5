"""Help topics: the words that ask for a screen in both languages, how it is done, and the menu's button."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gym.core.language import N_


@dataclass(frozen=True, slots=True)
class HelpTopic:
    """One thing that people ask how to do."""

    opens: str
    """Code of the menu's button that leads there; whoever has no such button is not told of the topic."""
    stems: tuple[str, ...]
    """Beginnings of words, folded, that name it in English or Spanish."""
    how: str
    """A msgid."""


def _topic(opens: str, stems: str, how: str) -> HelpTopic:
    return HelpTopic(opens, tuple(stems.split()), how)


DESK_TOPICS: Final = (
    _topic(
        "imp",
        "import spreadsheet excel csv sheet migrat hoja planilla subir subo lista migrar cargar cargo",
        N_("📥 Send your list (Excel, CSV) or a ZIP of photos to this chat: it is tried first."),
    ),
    _topic(
        "reg",
        "regist inscrib matricul afili signup new nuevo nueva agreg anad",
        N_("➕ A new client: their names, document and phone, then a photo if they agree."),
    ),
    _topic(
        "inhow",
        "checkin check entr ingres asisten marcar",
        N_("✅ Send a photo of the face, or type the name; the card has Check in."),
    ),
    _topic(
        "find",
        "freez froz paus hold congel vacac suspend",
        N_("❄️ Freeze a plan: type the client's name, then More and Freeze on the card."),
    ),
    _topic(
        "find",
        "renew extend renov renuev prolong",
        N_("🔁 Renew: type the client's name; Renew stands on the card."),
    ),
    _topic(
        "find",
        "cancel terminat retir baja",
        N_("✖️ Cancel or change a plan: type the client's name, then More and Plan on the card."),
    ),
    _topic(
        "find",
        "void undo refund wrong mistake anul devol devuelv reembols equivo reversar",
        N_("↩️ A wrong payment: type the client's name, then More, Payments and the receipt."),
    ),
    _topic(
        "find",
        "block ban bloque vetar",
        N_("⛔ Block somebody: type the name, then More and Block on the card."),
    ),
    _topic(
        "find",
        "edit correct phone address editar corregir correg telefono direccion documento",
        N_("✏️ Correct a client's data: type the name, then More and Edit on the card."),
    ),
    _topic(
        "find",
        "face photo enrol cara rostro facial foto biometr",
        N_("🙂 A face: type the client's name, then More and Face on the card."),
    ),
    _topic(
        "find",
        "link telegram connect qr card vincul enlaz conect carne tarjeta",
        N_("💬 A client's chat or card: type the name, then More and Chat link or QR card."),
    ),
    _topic(
        "find",
        "delet eras remov borrar borro elimin datos",
        N_("🗑 Deactivate or erase a client: type the name, then More on the card."),
    ),
    _topic(
        "find",
        "discount descuent rebaja",
        N_("🏷 A discount: type the client's name, Sell plan or Renew, then Other day or discount."),
    ),
    _topic(
        "debts",
        "pay debt owe collect charge cobr pag pago deud debe debo abon cartera",
        N_("💵 Who owes, since when and how much; a payment is a tap away."),
    ),
    _topic(
        "pkeys",
        "transf key nequi breb daviplata pix bizum iban llave consign comprob",
        N_("🔑 Paying from afar: the gym's payment keys; proofs stand under Collect."),
    ),
    _topic(
        "psell",
        "sell product drink vend venta bebida agua tienda",
        N_("🥤 Sell something by the piece: to a client, or to nobody in particular."),
    ),
    _topic(
        "prods",
        "product stock inventor existencia",
        N_("🥤 Products: what is sold by the piece, its prices and its stock."),
    ),
    _topic(
        "plans",
        "plan price membership tariff precio tarifa valor mensualidad membres",
        N_("🏷 Plans and their prices; an admin makes new ones here."),
    ),
    _topic(
        "closeg",
        "clos holiday gift cerrar cerram cierr festiv feriad vacac regal",
        N_("🏖 Close the gym for some days, or give everybody days: no plan loses any."),
    ),
    _topic(
        "cash",
        "cash till count shift caja arque cuadr cuadre turno efectivo",
        N_("🧮 Count the till: what is expected, and what is there."),
    ),
    _topic(
        "rprts",
        "report figure revenue income statistic sales informe reporte ingreso ganancia estadist ventas",
        N_("📊 Reports: money, visits, members, the team; as a picture or a spreadsheet."),
    ),
    _topic("today", "today day hoy dia", N_("📅 The day so far: visits, refusals, money, plans that end.")),
    _topic(
        "apall",
        "request approv solicitud aprob peticion",
        N_("🙋 What waits for an answer: discounts, freezes, refunds."),
    ),
    _topic("whoin", "inside who adentro dentro quien", N_("🏋️ Who is in at this moment.")),
    _topic(
        "kiosks",
        "kiosk tablet door pair quiosc kiosc tableta puerta empar",
        N_("🚪 A tablet at the door: make a code here and type it on the kiosk page."),
    ),
    _topic(
        "team",
        "team staff colleague employee admin invit role equipo emplead colega recepcion rol",
        N_("👔 The team: invite a colleague by a link, change a role, end a sign-in."),
    ),
    _topic(
        "msgs",
        "messag broadcast promo notif group mensaje difusi masiv avis grupo",
        N_("📨 Messages: write to many at once, choose what the desk's groups hear."),
    ),
    _topic(
        "sets",
        "setting config hours currency zone ajust horario moneda zona",
        N_("⚙️ Settings of the gym: name, hours, currency, rules of the door."),
    ),
    _topic(
        "backs",
        "backup restor copia respald restaur",
        N_("🔒 Backups: make the pass-phrase, see the last copies, make one now."),
    ),
    _topic("expall", "export download descarg bajar", N_("📤 Everything of the gym in one file.")),
    _topic(
        "aud",
        "audit history did auditor historial hizo",
        N_("🧾 Who did what, and when."),
    ),
    _topic("priv", "privac consent", N_("🔏 Consents, erasures, and how long things are kept.")),
    _topic(
        "me",
        "languag password account spanish english idioma contrasena clave cuenta ingles espanol",
        N_("👤 Your account: name, language, password, sign-ins."),
    ),
)
"""In the order in which equal ones are offered."""
MEMBER_TOPICS: Final = (
    _topic(
        "myplan",
        "plan day left end price renew pay let transf "
        "dias queda vence precio renov renuev valor pagar membres dejan",
        N_("🎫 Your plan: its days, what is to pay, prices, and the wish to renew."),
    ),
    _topic(
        "myqr", "qr enter entr code codigo ingres puerta door", N_("🔳 Your QR opens the door for a minute.")
    ),
    _topic("myvis", "visit asisten visita", N_("🚪 When you were here.")),
    _topic(
        "mypays", "payment receipt paid recibo factura pagos pague", N_("🧾 Your payments, with receipts.")
    ),
    _topic(
        "myfrz",
        "freez paus hold congel vacac suspend",
        N_("❄️ Ask for a freeze: the days are not lost, somebody at the desk answers."),
    ),
    _topic("myrwd", "reward discount premio descuent recompens", N_("🎁 What your visits have earned.")),
    _topic(
        "mydata",
        "data delet eras export datos borrar elimin privac",
        N_("🔏 What is kept of you, and its end."),
    ),
    _topic(
        "myface", "face photo cara rostro foto facial", N_("🙂 Coming in by face: agree, or take it back.")
    ),
    _topic(
        "prefs",
        "notif messag remind quiet languag avis mensaje record silencio idioma",
        N_("🔔 What you are told, when, and in which language."),
    ),
)
