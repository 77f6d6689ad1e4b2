"""What is known of the charts: their versions, their own values, where Prefect's values stand in them, a sample."""
