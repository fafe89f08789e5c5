"""Years of a gym, day by day, beside a model that knows nothing of its code."""
