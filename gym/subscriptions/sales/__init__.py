"""Sales of subscriptions: offers, discounts, the sale, plans that ran before the gym kept books here."""
