"""Faces: reading photos, protected templates, recognition."""
