"""The API: one module a resource. A route parses, calls one function, and returns."""
