"""Commands that bring a gym's data in and out: lists, photos, past imports, the whole export."""
