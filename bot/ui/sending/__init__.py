"""Sending: the messenger of one chat, replies to an update, answers to a button press."""
