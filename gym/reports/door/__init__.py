"""Reports of the door: visits, and members whose rhythm broke."""
