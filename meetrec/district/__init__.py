"""The district’s own rules in force: versions of its profile, and the letters that say them."""
