"""Check-in: from a credential to a verdict, written with all its effects in one transaction.

`flow` answers an API request; `service` checks in by any credential; `identification` finds the face;
`access` decides; `attempt_writer` writes; `verdict_builder` and `sentences` make what is shown.
"""
