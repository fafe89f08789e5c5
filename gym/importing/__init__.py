"""Import of a gym's own spreadsheets: read, shown row by row, carried out, taken back."""
