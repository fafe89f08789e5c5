"""Plans at the desk: list, new, edited, prices."""
