"""Enrolment: consent, photos with a verdict each, refusals, automatic templates, re-embedding."""
