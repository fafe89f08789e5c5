"""Charts as pictures: what one shows (`shapes`), how it is drawn (`canvas`, the drawings), and the worker."""
