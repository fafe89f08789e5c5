"""Answers of the nightly jobs that are run by hand, and of the probes."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class JobAnswer(BaseModel):
    count: int


class HealthAnswer(BaseModel):
    status: Literal["ok", "not_ready"]
    checks: dict[str, bool] = Field(default_factory=dict)
