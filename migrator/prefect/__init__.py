"""What Prefect and Redis make of a release's values: env lists, deployments, the docket, messaging, databases."""
