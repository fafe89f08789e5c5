"""Roll-up of visits: closed months counted once, so that a report over years reads few rows."""
