"""Administration in chat: team, candidates, invitations, settings, jobs, sign-ins, and the own account."""
