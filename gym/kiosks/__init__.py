"""Kiosks: the devices at the door, how they are paired and what they may do."""
