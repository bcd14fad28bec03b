"""Records of every media kind, the encrypted store and its keyring."""
