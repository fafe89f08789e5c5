"""Faces at the desk: the steps that ask for consent and photos, enrolment, and forgetting a face."""
