"""What the gym keeps of people, column by column, and for how long."""
