"""`python -m gym privacy`: one client's export and erasure, and the journal of erasures."""
