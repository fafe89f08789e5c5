"""Forms: definition, engine, screens, state, and the steps and answers that many forms share."""
