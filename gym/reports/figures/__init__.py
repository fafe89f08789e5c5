"""Figures of reports: each a query over a range of gym days, and the pure rules that sum its rows."""
