"""Reports of money: received, billed and tills; debts; taxes."""
