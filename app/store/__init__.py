"""The store: engine, transactions, repositories. All SQL of the application is here or in history."""
