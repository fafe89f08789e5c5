"""Menus of the desk: what stands behind *Manage*."""
