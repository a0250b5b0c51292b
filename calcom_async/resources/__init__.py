"""One class per resource, one method per operation."""
