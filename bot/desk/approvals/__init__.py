"""Approvals at the desk: requests asked, decided and used."""
