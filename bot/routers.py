"""All routers of the bot, in the order of their buttons on the home screen."""

from __future__ import annotations

from bot import home, joining
from bot.desk import explanations
from bot.desk.admin import (
    account,
    backups,
    candidates,
    first_steps,
    invitations,
    jobs,
    settings,
    sign_ins,
    team,
)
from bot.desk.admin.audit import flow as audit
from bot.desk.approvals import approvals, approved_sales, asking, freezing, write_offs
from bot.desk.clients import (
    blocking,
    document_doubts,
    history,
    linking,
    personal_data,
    printed_cards,
    profile,
    registration,
    rewards,
    search,
)
from bot.desk.clients.card import card_screen, client_language
from bot.desk.clients.faces import enrolment
from bot.desk.door import check_in, group_photos, how_to_check_in, kiosks, presence
from bot.desk.importing import everything, undoing
from bot.desk.importing import flow as importing
from bot.desk.importing import photos as importing_photos
from bot.desk.memberships import (
    cancellations,
    closings,
    freeze_ends,
    freezes,
    gifts,
    own_acts,
    refunds,
    renewals,
    sale_details,
    sales,
)
from bot.desk.memberships import plan_changes as changes
from bot.desk.menu import manage
from bot.desk.messaging import broadcasts as broadcast
from bot.desk.messaging import (
    conversation_answers,
    conversations,
    dead_letters,
    dead_updates,
    desk_chat_groups,
    desk_chats,
)
from bot.desk.messaging import menu as messages
from bot.desk.money import (
    debts,
    doubts,
    payment_form,
    payment_refusals,
    payments,
    receipts,
    returns,
    together,
    unbegun,
)
from bot.desk.money import tills as cash
from bot.desk.plans import plan_edit, plan_new, plan_prices, plans
from bot.desk.privacy import consents
from bot.desk.privacy import menu as privacy_menu
from bot.desk.products import (
    catalogue,
    product_edit,
    product_new,
    product_prices,
    sale_card,
    sale_payment,
    selling,
    stock,
    stock_taking,
)
from bot.desk.reports import long_files, report_charts, report_files, reports, risk, today
from bot.desk.transfers import bookings as proof_bookings
from bot.desk.transfers import payment_keys, proof_answers, proofs
from bot.member import explanations as my_explanations
from bot.member import freeze, plan, preferences, privacy, qr, sent_proofs, transfers, visits
from bot.member import payments as my_payments
from bot.member import personal_data as my_data
from bot.member import rewards as my_rewards
from bot.routing.router import Router

ROUTERS: tuple[Router, ...] = (
    home.router,
    joining.router,
    manage.router,
    how_to_check_in.router,
    registration.router,
    check_in.router,
    group_photos.router,
    presence.router,
    today.router,
    reports.router,
    risk.router,
    report_charts.router,
    report_files.router,
    long_files.router,
    rewards.router,
    search.router,
    card_screen.router,
    client_language.router,
    explanations.router,
    my_explanations.router,
    history.router,
    profile.router,
    blocking.router,
    personal_data.router,
    linking.router,
    printed_cards.router,
    enrolment.router,
    plan.router,
    qr.router,
    visits.router,
    my_payments.router,
    transfers.router,
    sent_proofs.router,
    my_rewards.router,
    freeze.router,
    preferences.router,
    preferences.member,
    privacy.router,
    my_data.router,
    sales.router,
    renewals.router,
    sale_details.router,
    changes.router,
    refunds.router,
    cancellations.router,
    freezes.router,
    freeze_ends.router,
    payments.router,
    payment_refusals.router,
    payment_form.router,
    together.router,
    receipts.router,
    returns.router,
    write_offs.router,
    freezing.router,
    doubts.router,
    unbegun.router,
    debts.router,
    proofs.router,
    proof_answers.router,
    proof_bookings.router,
    payment_keys.router,
    approvals.router,
    approved_sales.router,
    asking.router,
    own_acts.router,
    document_doubts.router,
    cash.router,
    plans.router,
    plan_new.router,
    plan_edit.router,
    plan_prices.router,
    catalogue.router,
    product_new.router,
    product_edit.router,
    product_prices.router,
    stock.router,
    stock_taking.router,
    selling.router,
    sale_card.router,
    sale_payment.router,
    team.router,
    invitations.router,
    candidates.router,
    kiosks.router,
    messages.router,
    broadcast.router,
    conversations.router,
    conversation_answers.router,
    desk_chats.router,
    desk_chat_groups.router,
    desk_chat_groups.groups,
    dead_letters.router,
    dead_updates.router,
    closings.router,
    gifts.router,
    importing.router,
    importing_photos.router,
    everything.router,
    undoing.router,
    privacy_menu.router,
    consents.router,
    jobs.router,
    backups.router,
    first_steps.router,
    audit.router,
    settings.router,
    account.router,
    sign_ins.router,
)
