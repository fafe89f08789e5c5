"""Words that ask for help find the topic they mean, in both languages and with a typo; names find nothing."""

from __future__ import annotations

import pytest

from bot.routers import ROUTERS
from bot.ui.wording.help.help_search import asks_for_help, is_question, topics_for
from bot.ui.wording.help.help_topics import DESK_TOPICS, MEMBER_TOPICS

ASKED = (
    ("¿cómo importo mis clientes?", "imp"),
    ("how do I import my clients", "imp"),
    ("where can I send my excel?", "imp"),
    ("how do I freeze", "find"),
    ("¿cómo congelo un plan?", "find"),
    ("conjelar un plan?", "find"),
    ("cómo anulo un pago", "find"),
    ("how do i undo a payment", "find"),
    ("cómo registro un cliente nuevo", "reg"),
    ("¿quién debe?", "debts"),
    ("who owes money?", "debts"),
    ("quiero vender agua", "psell"),
    ("how do I add a kiosk", "kiosks"),
    ("¿cómo conecto la tablet de la puerta?", "kiosks"),
    ("¿dónde veo el arqueo?", "cash"),
    ("how do I add a colleague", "team"),
    ("¿cómo hago una copia de seguridad?", "backs"),
    ("where is the backpu?", "backs"),
    ("cómo cierro el gimnasio el festivo", "closeg"),
    ("¿cómo cambio el idioma?", "me"),
)
OF_MEMBERS = (
    ("when does my plan end?", "myplan"),
    ("¿cuántos días me quedan?", "myplan"),
    ("quiero congelar", "myfrz"),
    ("how do I freeeze", "myfrz"),
    ("¿dónde están mis recibos?", "mypays"),
    ("no me dejan entrar, ¿qué pasa?", "myplan"),
)
NAMES = (
    "Rosa Vargas",
    "Can Yılmaz",
    "Who Li",
    "1020304050",
    "Importa Nada",
    "Plan",
    "김민수",
    "o'Brien",
)


def test_every_topic_leads_to_a_button_of_the_menus() -> None:
    codes = {item.callback.code for router in ROUTERS for item in router.menu_buttons}
    assert {topic.opens for topic in (*DESK_TOPICS, *MEMBER_TOPICS)} <= codes


@pytest.mark.parametrize("topics", [(ASKED, DESK_TOPICS), (OF_MEMBERS, MEMBER_TOPICS)])
def test_a_question_finds_the_screen_it_means(topics: tuple[tuple[tuple[str, str], ...], tuple]) -> None:
    asked, known = topics
    missed = {
        text: [topic.opens for topic in topics_for(text, known)]
        for text, opens in asked
        if not is_question(text)
        or topics_for(text, known)[:1] == []
        or topics_for(text, known)[0].opens != opens
    }
    assert missed == {}


def test_help_is_asked_for_by_a_word_and_names_are_no_questions() -> None:
    assert all(map(asks_for_help, ("ayuda", "Help!", "?", "ayúdame por favor", "help me", "Menú")))
    assert not any(asks_for_help(text) for text in (*NAMES, "help desk lamp", "Ayuda Martínez"))
    assert not any(is_question(text) and topics_for(text, DESK_TOPICS) for text in NAMES)
    assert topics_for("importar clientes", DESK_TOPICS, all_words=True)[0].opens == "imp"
    assert topics_for("importar Rosa", DESK_TOPICS, all_words=True) == []
    assert topics_for("freez " * 1000, DESK_TOPICS)[0].opens == "find", "long texts are cut"


def test_a_greeting_is_answered_by_what_can_be_asked_and_a_surname_is_none() -> None:
    assert all(map(asks_for_help, ("hola", "¡Buenos días!", "Good morning", "gracias")))
    assert not any(map(asks_for_help, ("Días", "Buenas Noches Ruiz", "Hola Ruiz")))
