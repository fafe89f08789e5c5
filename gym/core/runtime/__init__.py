"""The process: event loop, garbage collector, file descriptors, back-off."""
