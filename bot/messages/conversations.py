"""Messages of conversations: to the desk or its staff, and to the member who was answered."""

from __future__ import annotations

from bot.messages.register import WordingContext, offers, says
from bot.ui.buttons.clients import Card
from bot.ui.buttons.conversations import AnswerMember, CloseConversation, SeeConversation
from bot.ui.callbacks import Home
from bot.ui.keyboards import Keyboard, button
from bot.ui.screens import HtmlTranslator
from bot.ui.wording.conversations import said_line
from gym.conversations.models import MessageKind
from gym.notifications.payloads.conversations import (
    AnswerUndeliveredPayload,
    ConversationDetails,
    DeskMemberAnsweredPayload,
    DeskMemberWrotePayload,
    GymAnsweredPayload,
    MemberAnsweredPayload,
    MemberWrotePayload,
)


@says(MemberWrotePayload)
def _wrote(t: HtmlTranslator, p: MemberWrotePayload, _: WordingContext) -> str:
    how = t("Reply to this message: your answer goes to {client} as the gym's.", client=p.about.client_name)
    return "\n".join([*_asked(t, p.about), "", how])


@says(DeskMemberWrotePayload)
def _desk_wrote(t: HtmlTranslator, p: DeskMemberWrotePayload, _: WordingContext) -> str:
    """A group reads who has written; the words only where an admin has allowed it."""
    return "\n".join(_asked(t, p.about))


def _asked(t: HtmlTranslator, about: ConversationDetails) -> list[str]:
    if about.count > 1:
        facts = {"client": about.client_name, "count": about.count}
        lines = [t("💬 <b>{client} has written {count} messages to the desk</b>", **facts)]
    else:
        lines = [t("💬 <b>{client} has written to the desk</b>", client=about.client_name)]
    if about.plan_name:
        lines.append(t("🎫 {plan}", plan=about.plan_name))
    return lines + _said(t, about)


def _said(t: HtmlTranslator, about: ConversationDetails) -> list[str]:
    if not about.said:
        return []
    lines = ["", *(said_line(t, one.kind, one.text) for one in about.said)]
    earlier = about.count - len(about.said)
    return [*lines[:1], t("… and {count} before that", count=earlier), *lines[1:]] if earlier > 0 else lines


@says(MemberAnsweredPayload, DeskMemberAnsweredPayload)
def _answered(
    t: HtmlTranslator, p: MemberAnsweredPayload | DeskMemberAnsweredPayload, _: WordingContext
) -> str:
    """Replaces what told of the messages: one truth for everybody who read that."""
    settled, about = p.settled, p.settled.about
    facts = {"name": settled.answered_by, "client": about.client_name}
    if settled.closed:
        return "\n".join([t("☑️ <b>{name}: {client} needs no answer</b>", **facts), *_said(t, about)])
    lines = [t("✅ <b>{name} has answered {client}</b>", **facts), *_said(t, about)]
    if settled.answer is not None:
        lines += ["", f"↩️ {said_line(t, settled.answer.kind, settled.answer.text)}"]
    return "\n".join(lines)


@says(GymAnsweredPayload)
def _gym_answered(t: HtmlTranslator, p: GymAnsweredPayload, context: WordingContext) -> str:
    """Also what stands below a picture or file that the desk has sent."""
    gym = context.settings.name
    head = (
        t("💬 <b>{gym}</b> ({name})", gym=gym, name=p.signed) if p.signed else t("💬 <b>{gym}</b>", gym=gym)
    )
    if p.kind == MessageKind.TEXT or p.text:
        return f"{head}\n{t.text(p.text or '')}"
    return head


@says(AnswerUndeliveredPayload)
def _undelivered(t: HtmlTranslator, p: AnswerUndeliveredPayload, _: WordingContext) -> str:
    return t(
        "🔕 <b>Your answer did not reach {client}</b>, who has blocked this chat or left it. Call, or tell it"
        " at the desk.",
        client=p.client_name,
    )


@offers(MemberWrotePayload)
def _answers(t: HtmlTranslator, p: MemberWrotePayload) -> Keyboard:
    key, seen = p.about.conversation_id, p.told
    return [
        [button(t("☑️ No answer needed"), CloseConversation(key, seen), wide=True)],
        [button(t("✍️ Answer"), AnswerMember(key, seen)), button(t("💬 Open"), SeeConversation(key))],
        [button(t("👤 Card"), Card(p.about.client_id))],
    ]


@offers(DeskMemberWrotePayload)
def _open(t: HtmlTranslator, p: DeskMemberWrotePayload) -> Keyboard:
    return [[button(t("Open in private"), SeeConversation(p.about.conversation_id))]]


@offers(MemberAnsweredPayload)
def _again(t: HtmlTranslator, p: MemberAnsweredPayload) -> Keyboard:
    return [[button(t("💬 Open"), SeeConversation(p.settled.about.conversation_id))]]


@offers(DeskMemberAnsweredPayload)
def _again_in_private(t: HtmlTranslator, p: DeskMemberAnsweredPayload) -> Keyboard:
    return [[button(t("Open in private"), SeeConversation(p.settled.about.conversation_id))]]


@offers(AnswerUndeliveredPayload)
def _card(t: HtmlTranslator, p: AnswerUndeliveredPayload) -> Keyboard:
    key = p.conversation_id
    return [[button(t("👤 Card"), Card(p.client_id)), button(t("💬 Open"), SeeConversation(key))]]


@offers(GymAnsweredPayload)
def _home(t: HtmlTranslator, _: GymAnsweredPayload) -> Keyboard:
    return [[button(t("Home"), Home())]]
