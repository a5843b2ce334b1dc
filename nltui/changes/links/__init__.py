"""What can be asked of links: one file a family of requests."""
