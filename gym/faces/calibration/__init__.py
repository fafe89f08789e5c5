"""Measurements over folders of photos: error rates, and what enrolment refuses."""
