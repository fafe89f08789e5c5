"""File formats of member lists: delimited text and workbooks, as sheets of cells."""
