"""Accounts, roles, schools, students and the people around them."""
