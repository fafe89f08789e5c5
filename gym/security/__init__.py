"""Security: permissions, keys, encryption, passwords, tokens, signed links, rate limits."""
