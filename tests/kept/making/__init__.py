"""Three months in a gym of v0.1.0; these modules run with its own code, see `make_v0_1_0`."""
