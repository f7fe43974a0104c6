"""History: the change log, the data version, and the past rows beside each table."""
