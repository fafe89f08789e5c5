"""Forms: definition, engine, screens, state, and the steps and readers that many forms share."""
