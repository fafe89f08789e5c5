"""Roll-ups of visits and of money: closed months counted once, so that a report over years reads few rows."""
