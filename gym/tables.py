"""Imports of every module with mapped rows: they refer to each other by name, so all must be loaded."""

from __future__ import annotations

import gym.approvals.models
import gym.attendance.models
import gym.audit.models
import gym.backup.models
import gym.chats.models
import gym.clients.models
import gym.conversations.models
import gym.faces.models
import gym.importing.models
import gym.jobs.models
import gym.kiosks.models
import gym.notifications.models
import gym.payments.models
import gym.plans.models
import gym.privacy.models
import gym.products.models
import gym.products.sales.models
import gym.reports.outreach.models
import gym.reports.rollup.membership_models
import gym.reports.rollup.models
import gym.rewards.models
import gym.security.models
import gym.settings.models
import gym.staff.models
import gym.subscriptions.models
import gym.transfers.models
from gym.core.database.engine import Base

METADATA = Base.metadata
MODULES = (
    gym.approvals.models,
    gym.attendance.models,
    gym.audit.models,
    gym.backup.models,
    gym.chats.models,
    gym.clients.models,
    gym.conversations.models,
    gym.faces.models,
    gym.importing.models,
    gym.jobs.models,
    gym.kiosks.models,
    gym.notifications.models,
    gym.payments.models,
    gym.plans.models,
    gym.privacy.models,
    gym.products.models,
    gym.products.sales.models,
    gym.reports.outreach.models,
    gym.reports.rollup.membership_models,
    gym.reports.rollup.models,
    gym.rewards.models,
    gym.security.models,
    gym.settings.models,
    gym.staff.models,
    gym.subscriptions.models,
    gym.transfers.models,
)
