"""Staff: the people who run the gym, their roles and how they join."""
