"""The faults of the earlier system, each as a test that fails if it came back."""
