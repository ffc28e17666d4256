"""The candidate's page: what was decided on their applications and why, to ask for a person, to withdraw."""
