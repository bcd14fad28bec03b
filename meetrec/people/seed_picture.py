"""The picture and the key of an authenticator that is being set up, for as long as no code proved it: a wrong code must not hide them."""

from flask import current_app
from flask import session as cookie
from flask_login import current_user

from meetrec.people.pending_steps import is_setting_up


def seed_being_set_up() -> dict[str, str] | None:
    """`image` and `key` of the seed that this sign-in made last, from its own cookie, where it lies encrypted; None while nothing is set up."""
    seed = cookie.get("tf_totp_secret")
    if not is_setting_up() or not seed:
        return None
    security = current_app.extensions["security"]
    user = current_user if current_user.is_authenticated else security.datastore.find_user(fs_uniquifier=cookie.get("tf_user_id"))
    return None if user is None else dict(security.totp_factory.fetch_setup_values(seed, user))
