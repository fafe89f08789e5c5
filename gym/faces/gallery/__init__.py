"""The gallery of protected templates: storage, search, matching, key rotation."""
