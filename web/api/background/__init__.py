"""Work that a check-in begins after its answer was made: the door relay and automatic templates."""
