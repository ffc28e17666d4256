"""Who may log in, how often they may try, and how long a login holds."""
