"""Imports of clients from a sheet sent as a document: preview, questions, import, undoing."""
