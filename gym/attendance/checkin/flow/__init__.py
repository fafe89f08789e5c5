"""The check-in of an API request: photos read, caller authenticated, answer kept under its key."""
