"""The consent register: who agreed to face check-in, to which text, when, how, and until when."""
