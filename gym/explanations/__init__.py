"""Explanations: the rows and rules behind a verdict, a plan's last day and status, and a balance.

What they hold is shown to members about themselves as well as to staff. So no type here carries a text that
somebody typed, a warning, the reason of a block, a score, or the name of anybody.
"""
