"""Who calls, and what a caller may do: keys, scopes, and the table of what every route needs."""
