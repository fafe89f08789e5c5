"""Help search: which topics a sentence asks for, by the beginnings of its words, one typo allowed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.ui.wording.help.help_topics import HelpTopic
from gym.clients.searching import fold

MOST_TOPICS: Final = 3
MOST_WORDS: Final = 25
"""Of a sentence that are looked at; whoever writes more does not ask where a button is."""
TYPO_FROM: Final = 5
"""Letters from which on a stem may have one letter wrong, missing or too many: "freez", "congel"."""
SHORT: Final = 4
WEAK: Final = {"plan", "plans", "planes"}
HELP: Final = {"help", "ayuda", "ayudame", "auxilio", "menu", "instrucciones", "manual"}
GREETINGS: Final = {
    *("hello", "good morning", "good afternoon", "good evening", "thanks", "thank you"),
    *("hola", "buenas", "buenos dias", "buen dia", "buenas tardes", "buenas noches", "gracias"),
}
"""Whole sentences, for Dias is a surname: nobody is searched for under these."""
ASKING: Final = {
    *(
        "how",
        "what",
        "where",
        "when",
        "which",
        "why",
        "who",
        "can",
        "could",
        "may",
        "i",
        "need",
        "want",
        "help",
    ),
    *(
        "como",
        "que",
        "donde",
        "cuando",
        "cual",
        "por",
        "quien",
        "puedo",
        "puede",
        "quiero",
        "necesito",
        "cuanto",
    ),
    *("cuanta", "cuantos", "ayuda", "ayudame"),
}
"""First words of a question."""
EMPTY: Final = {
    *ASKING,
    *(
        "a",
        "an",
        "the",
        "to",
        "do",
        "does",
        "is",
        "are",
        "of",
        "in",
        "my",
        "me",
        "we",
        "it",
        "for",
        "much",
        "and",
    ),
    *(
        "somebody",
        "someone",
        "client",
        "clients",
        "member",
        "members",
        "person",
        "please",
        "make",
        "get",
        "see",
    ),
    *(
        "un",
        "una",
        "el",
        "la",
        "los",
        "las",
        "de",
        "del",
        "al",
        "en",
        "mi",
        "mis",
        "se",
        "lo",
        "le",
        "y",
        "o",
    ),
    *("hago", "hacer", "hace", "hay", "es", "son", "esta", "para", "con", "sin", "alguien", "cliente"),
    *(
        "clientes",
        "miembro",
        "miembros",
        "persona",
        "favor",
        "ver",
        "veo",
        "tengo",
        "tiene",
        "su",
        "ya",
        "no",
    ),
}
"""Words that name no topic."""
_WORD: Final = re.compile(r"[^\W_]+")
LONGEST: Final = 400
"""Letters that are looked at: a question is asked in its first sentence."""


def asks_for_help(text: str) -> bool:
    """Whether nothing but help is asked for: "ayuda", "help me", "?", or somebody only says hello."""
    words = _words(text)
    if text.strip() in ("?", "¿?") or " ".join(words) in GREETINGS:
        return True
    return bool(words) and words[0] in HELP and all(word in HELP | EMPTY for word in words)


def is_question(text: str) -> bool:
    """Whether the sentence asks something: by its sign, or by how it begins."""
    words = _words(text)
    return "?" in text or "¿" in text or (len(words) > 1 and words[0] in ASKING)


def topics_for(text: str, topics: Sequence[HelpTopic], *, all_words: bool = False) -> list[HelpTopic]:
    """The topics that most words of the sentence name, best first; with `all_words` none may name nothing."""
    words = [word for word in _words(text)[:MOST_WORDS] if word not in EMPTY]
    named = [[_names(word, topic) for topic in topics] for word in words]
    if not words or (all_words and not all(map(any, named))):
        return []
    scores = [sum(marks[place] for marks in named) for place in range(len(topics))]
    best = max(scores)
    found = [topic for topic, score in zip(topics, scores, strict=True) if score == best > 0]
    return found[:MOST_TOPICS]


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text[:LONGEST]))


def _names(word: str, topic: HelpTopic) -> int:
    """3 for a beginning of the topic's, 2 for one with a typo, 1 for a word of half the gym, else 0."""
    if any(_begins(word, stem) for stem in topic.stems):
        return 1 if word in WEAK else 3
    near = any(_is_near(word, stem) for stem in topic.stems if len(stem) >= TYPO_FROM)
    return 2 if near else 0


def _begins(word: str, stem: str) -> bool:
    """A short stem is a whole word, or its plural: "pay" must not find "payaso"."""
    return word.removesuffix("s") == stem if len(stem) < SHORT else word.startswith(stem)


def _is_near(word: str, stem: str) -> bool:
    """Whether the word begins like the stem with one letter wrong, missing, too many, or two exchanged."""
    sizes = (len(stem) - 1, len(stem), len(stem) + 1)
    return any(len(word) >= size and _is_one_edit(word[:size], stem) for size in sizes)


def _is_one_edit(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    same = next((place for place, letter in enumerate(short) if letter != long[place]), len(short))
    if len(short) < len(long):
        return short[same:] == long[same + 1 :]
    exchanged = short[same + 1 : same + 2] + short[same : same + 1] + short[same + 2 :]
    return short[same + 1 :] == long[same + 1 :] or exchanged == long[same:]
