"""The key that seals backups: where it is kept, and the pass-phrase on its way to the paper."""
