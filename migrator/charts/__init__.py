"""What is known about the charts: their versions, their defaults, where they read Prefect's values, a sample."""
