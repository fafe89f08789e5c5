"""What people ask the gym: topics of help, their search, and what strangers may know."""
