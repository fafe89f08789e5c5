"""Forms: definition, engine, flow, screens, state, answers."""
