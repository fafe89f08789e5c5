"""Sales of subscriptions: offers, the sale, imported plans."""
