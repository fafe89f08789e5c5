"""Plans: what the gym sells, at dated prices."""
