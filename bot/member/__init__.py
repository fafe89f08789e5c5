"""The member's own chat: plan, visits, freezes, payments, rewards, QR, face consent, preferences."""
