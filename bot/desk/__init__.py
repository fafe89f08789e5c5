"""The desk: what staff do in chat, a module for each capability."""
