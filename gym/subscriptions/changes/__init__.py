"""Changes of a running subscription: cancellation, change of plan, early close."""
