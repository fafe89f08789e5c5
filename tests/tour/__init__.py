"""The README's moving picture, made anew from the pages themselves: `python -m tests.tour`."""
