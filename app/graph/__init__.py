"""Networks from facts: rows in, nodes and edges out. Knows neither HTTP nor any database."""
