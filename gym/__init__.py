"""PowerGym's core: the gym's rules, its data and its faces. Knows neither Telegram nor HTTP."""

import os

# Read by NumPy when it is first imported: two BLAS threads a search cut the model's throughput by a third.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
