"""What Helm renders for a release: the engine, the objects, and what an upgrade changes in the cluster."""
