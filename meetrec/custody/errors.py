"""What the store and the keyring refuse, each as a sentence a person can act on."""

from meetrec.platform.errors import MeetRecError


class CustodyError(MeetRecError):
    """Base of what the store and the keyring refuse."""


class WrongKey(CustodyError):
    """The key, or the record that was named, does not belong to the stored object."""


class DamagedObject(CustodyError):
    """The stored bytes are not what was written: cut off, changed, or put together from parts."""


class ObjectExists(CustodyError):
    """There is an object under this id already; the store never overwrites."""


class ObjectMissing(CustodyError):
    """There is no object under this id."""


class PlaceRefused(CustodyError):
    """An object id that is no UUID, or a link where the store expects its own folder or file."""


class StoreUnwritable(CustodyError):
    """The disk would not take the object; nothing of it was kept."""


class KeyMissing(CustodyError):
    """The keyring has no data key for this record: it was never made, or it was destroyed with the record."""


class KeyringUnusable(CustodyError):
    """The keyring as a whole cannot be used: not there, damaged, or without its wrapping key."""


class KeyExists(CustodyError):
    """The record has a data key already; a record never gets a second one."""
