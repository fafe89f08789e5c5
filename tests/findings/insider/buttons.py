"""Every button of the bot by its code: the acts of the search that stand for it, or why there are none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.findings.insider import taps
from tests.findings.insider.taps import Act

SELLS: Final = (taps.sell, taps.sell_for_later, taps.sell_cheaper)
RENEWS: Final = (taps.renew, taps.renew_cheaper)
PAYS: Final = (taps.pay_cash, taps.pay_half, taps.pay_by_credit, taps.pay_by_transfer)
CANCELS: Final = (taps.cancel, taps.cancel_for_credit, taps.cancel_for_cash)
PRODUCTS: Final = (taps.sell_product, taps.sell_product_by_credit)
ACTS_OF_BUTTONS: Final[Mapping[str, tuple[Act, ...]]] = {
    "sell": SELLS,
    "offer": SELLS,
    "sold": SELLS,
    "saleby": SELLS,
    "renew": RENEWS,
    "ren": RENEWS,
    "renby": RENEWS,
    "renwp": RENEWS,
    "renws": RENEWS,
    "pay": PAYS,
    "paynow": PAYS,
    "payoth": PAYS,
    "payall": (taps.pay_everything,),
    "payaln": (taps.pay_everything,),
    "void": (taps.void,),
    "cancel": CANCELS,
    "chplan": (taps.change,),
    "chto": (taps.change,),
    "chok": (taps.change,),
    "freeze": (taps.freeze, taps.ask_long_freeze),
    "asklf": (taps.ask_long_freeze,),
    "endfrz": (taps.end_freeze,),
    "unfrz": (taps.end_freeze,),
    "start1": (taps.start_now,),
    "dsnooz": (taps.snooze,),
    "dwake": (taps.snooze,),
    "in": (taps.check_in,),
    "undo": (taps.undo,),
    "admit": (taps.admit_anyway,),
    "block": (taps.block,),
    "unblk": (taps.unblock,),
    "unlink": (taps.unlink,),
    "off": (taps.deactivate,),
    "on": (taps.reactivate,),
    "reg": (taps.register,),
    "askr": (taps.ask_refund,),
    "askv": (taps.ask_void,),
    "ad": (taps.ask_discount,),
    "apyes": (taps.approve,),
    "apback": (taps.withdraw,),
    "apuse": (taps.sell_as_approved,),
    "apsell": (taps.sell_as_approved,),
    "rtaken": (taps.take_back,),
    "bsktnw": PRODUCTS,
    "bsktpu": PRODUCTS,
    "bsktpy": PRODUCTS,
    "bsktsp": PRODUCTS,
    "bsktac": (taps.sell_product_on_account,),
    "salepy": (taps.pay_sale,),
    "salebk": (taps.pay_sale,),
    "salevd": (taps.void_sale,),
    "salerf": (taps.refund_sale,),
    "wroff": (taps.ask_write_off, taps.write_off, taps.write_off_sale),
    "gdwill": (taps.goodwill,),
    "refund": (taps.refund,),
    "gift": (taps.gift,),
    "giftal": (taps.gift,),
    "clnew": (taps.close_gym,),
}
WITHOUT_AN_ACT: Final[Mapping[str, tuple[str, ...]]] = {
    "shows a screen, a list or a file": (
        *("apall", "apsee", "atrisk", "bc", "bcs", "card", "cash", "clopen", "closeg", "crstmt", "daydrk"),
        *("daypic", "fsteps", "inhow", "manage", "mgroup", "cmore", "clang"),
        *(
            "dchat",
            "dchats",
            "dead",
            "deads",
            "debt",
            "debts",
            "docq",
            "docs",
            "edit",
            "ending",
            "find",
            "frzs",
        ),
        *("home", "imp", "impsee", "invs", "jobs", "kiosk", "kiosks", "langs", "mdoub", "mdoubs", "msgs"),
        *("unbeg", "unbegs"),
        *("pays", "pcall", "pcard", "person", "plan", "plans", "plman", "pprice", "rcpdf", "rcpt", "rwds"),
        *("set", "setg", "sets", "signs", "snoozd", "stmt", "subs", "team", "till", "tills", "today", "upds"),
        *("prfile", "prlist", "prsee", "visits", "whoin", "me", "pedit"),
        *("prods", "prod", "prpric", "shop", "stmov", "why", "whyrc"),
        *("bskt", "bsktad", "psell", "sale", "salepd", "sales", "salesa"),
        *("rprts", "rprt", "rptb", "rprw", "rpxlsx", "rpcsv", "rpstop", "rpdays", "risk", "rskone", "rpchrt"),
    ),
    "what a member has sent is taken for money: as a payment that the desk takes, and unconfirmed until an"
    " admin has found it on the statement": ("pryes", "prbook", "pramt", "prbamt", "proth", "prno", "prask"),
    "what is asked for and sent from afar, which a colleague decides": (
        *("rqkey", "rqnum", "rqpay", "rqren", "mytell"),
    ),
    "admins only: where money can be sent, and what has arrived": (
        *("pkdel", "pkey", "pkeys", "pkfst", "pknew", "pkshow", "prconf", "prunc"),
    ),
    "asks before a button that is played": (
        "askoff",
        "apno",
        "askrm",
        "askrol",
        "askwrk",
        "dcask",
        "poff",
        "proff",
    ),
    "tells an admin, who decides": ("saleak",),
    "a step of a form whose end is played": ("f",),
    "admins only: plans and what they cost": ("paskx", "pfield", "pnew", "pnext", "ponoff", "ppx"),
    "admins only: products, their prices and their stock": (
        *("prcode", "predit", "prfld", "prnew", "prnext", "pronof", "prpx"),
        *("stbuy", "stcnt", "stlose", "stnext", "sttake"),
    ),
    "admins only: the team, settings, jobs and imports": (
        *("cand", "candno", "candok", "clopn2", "endall", "endsi", "impun", "impun2", "invite", "invoff"),
        *("jobrun", "role", "work"),
    ),
    "admins only: money that is gone is accepted as lost; the ledger stays as it is": ("mdacc",),
    "admins only: backups, and everything in one file": (
        "backs",
        "bkme",
        "bknow",
        "bkphr",
        "expall",
        "expal2",
    ),
    "admins only: who did what, which changes nothing": ("aud", "audby", "audxls"),
    "admins only: what is kept of a client, and its end": (
        *("cons", "conssh", "pdask", "pdask2", "pdata", "pdexp", "pdgo", "pdkeep", "pdundo", "priv"),
    ),
    "a member's own data: no money and no visit changes": (
        *("mydas2", "mydask", "mydata", "mydexp", "mydgo", "mydkp"),
    ),
    "admins only: messages and chats": (
        *("bcnew", "bcstop", "dcgone", "dchear", "dchere", "dcphot", "dcstop", "dcyes"),
        *("deadno", "deadre", "updno"),
    ),
    "a till is counted, and the difference is the admin's to see": ("count",),
    "data of a client without a price": ("dockp", "docset", "editf", "dremnd", "out"),
    "a message or a call is noted: no money and no visit changes": ("rskcal", "rsksnd"),
    "faces, consent and cards: they open the door to whoever has a plan": (
        *("enrol", "fbye", "fno", "fnope", "fyes", "myface", "newtxt", "pcask", "pcmake", "pcnew", "pcoff"),
        *("pcprnt", "photos", "regpic", "regyes", "rmface", "signed"),
    ),
    "the kiosk and chats of people": (
        *("kaskun", "kdoor", "kpair", "kpin", "kunp", "lang", "link", "linkme", "clangs"),
    ),
    "what every member can do with the own plan; a freeze is asked for and granted by another person": (
        *(
            "memem",
            "myback",
            "mybak2",
            "myfask",
            "myfoff",
            "myfrz",
            "mypays",
            "myplan",
            "mywhy",
            "myqr",
            "myrcpt",
        ),
        *("myrwd", "myvis", "mywant"),
    ),
    "one's own name, password and notices": ("mename", "mepass", "prefon", "prefq", "prefs"),
}
