"""Receipts as documents: what one says, and the PDF of it."""
