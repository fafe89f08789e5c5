"""Plans that the gym sells, with dated prices."""
