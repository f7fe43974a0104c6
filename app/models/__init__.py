"""The tables and their schemas, one module a noun; `nouns` lists them."""
