"""Work of a check-in after its answer was made: the door relay and automatic templates."""
