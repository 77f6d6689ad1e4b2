"""What Helm makes of a release: its engine, the objects it renders, and what an upgrade changes in the cluster."""
