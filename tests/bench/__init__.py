"""The benchmarks: `make bench`, one table of figures beside the bare ones of the same run."""
