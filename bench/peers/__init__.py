"""gwmatch and its peers on the same requests: `python -m bench.peers`. Each file here is one peer, or a step of the run."""
