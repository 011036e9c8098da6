"""What a decision and a table cost. `make bench` runs everything; README.md says how to read it."""
