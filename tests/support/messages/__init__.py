"""Every notification in every language, with samples of what it may carry."""
