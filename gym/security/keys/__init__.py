"""Keys: where they are read from, their rules, the register of data keys, reloading."""
