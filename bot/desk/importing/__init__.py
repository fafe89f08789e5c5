"""A list of people sent as a document: shown, confirmed, taken in."""
