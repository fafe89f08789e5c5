"""Reading a sheet: bytes to cells, cells to columns, rows to people with what is wrong in them. Pure."""
