"""Report of the team: each person's figures beside the others', and who is worth a look first."""
