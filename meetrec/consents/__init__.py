"""Consents of those who can be heard. Now only: to a parent passing their own copy on."""
