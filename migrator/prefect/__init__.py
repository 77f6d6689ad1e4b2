"""How Prefect and Redis read a release's values: env lists, deployments, the docket, messaging, databases."""
