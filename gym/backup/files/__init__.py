"""The backup file: pass-phrase, encryption in chunks, what stands before the dump, parts."""
