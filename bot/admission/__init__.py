"""Admission control: quotas before an update is kept, slots while it is handled, presses checked."""
