"""Sending: the messenger of one chat, edits, replies to an update, answers to a button press."""
