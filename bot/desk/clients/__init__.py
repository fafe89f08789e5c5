"""Clients at the desk: search, card, registration, fields, face, linked chat, history."""
