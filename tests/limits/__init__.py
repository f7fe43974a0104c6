"""That no one can take too much of the service, or use its answers against who reads them."""
