"""The pages for people: the API documentation and the explorer, with every asset served from here."""
