"""Rate limits of the API: what is counted, when, and what is given back."""
