"""PowerGym's core: the gym's rules, its data and its faces. Knows neither Telegram nor HTTP."""
