"""Reports: ranges, figures written a second time, spreadsheets, chat."""
