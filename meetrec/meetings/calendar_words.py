"""What is said of each event of an imported calendar. The lists are complete; a test holds them so."""

from flask_babel import lazy_gettext

from meetrec.meetings.calendar_rules import Step, Why

STEPS = {
    Step.ENTER: lazy_gettext("Entered as a meeting"),
    Step.MOVE: lazy_gettext("Moved"),
    Step.CHANGE_ROOM: lazy_gettext("Given another room"),
    Step.MOVE_AND_CHANGE_ROOM: lazy_gettext("Moved, and given another room"),
    Step.CANCEL: lazy_gettext("Cancelled"),
    Step.SAME: lazy_gettext("As it was"),
    Step.ASK: lazy_gettext("To be entered by you"),
    Step.REFUSE: lazy_gettext("Left out"),
}

# The same of a trial, which changes nothing.
TRIAL_STEPS = {
    Step.ENTER: lazy_gettext("Would be entered as a meeting"),
    Step.MOVE: lazy_gettext("Would be moved"),
    Step.CHANGE_ROOM: lazy_gettext("Would be given another room"),
    Step.MOVE_AND_CHANGE_ROOM: lazy_gettext("Would be moved, and given another room"),
    Step.CANCEL: lazy_gettext("Would be cancelled"),
    Step.SAME: lazy_gettext("Would stay as it is"),
    Step.ASK: lazy_gettext("To be entered by you"),
    Step.REFUSE: lazy_gettext("Would be left out"),
}

WHYS = {
    Why.NO_UID: lazy_gettext("The event has no identifier that can be kept, so a later change of it could not be followed."),
    Why.REPEATS: lazy_gettext("The event repeats. Enter each meeting by itself, or export the calendar with single events."),
    Why.OTHER_KIND: lazy_gettext("The title names neither IEP nor 504. Other meetings are not recorded here; see the district's recording policy."),
    Why.BOTH_KINDS: lazy_gettext("The title names both IEP and 504."),
    Why.ALL_DAY: lazy_gettext("The event lasts the whole day and names no time."),
    Why.NO_TIME: lazy_gettext("The event names no start and end that can be read."),
    Why.NO_PUPIL: lazy_gettext("The title holds no pupil's whole name."),
    Why.SEVERAL_PUPILS: lazy_gettext("The title fits several pupils."),
    Why.OTHER_PUPIL: lazy_gettext("The title now names another pupil than the meeting entered for this event. Look at both."),
    Why.NO_ROOM: lazy_gettext("The place names no room that is entered here, or more than one."),
    Why.OVER: lazy_gettext("The event is over."),
    Why.UNKNOWN_CANCELLED: lazy_gettext("The event is cancelled and was never entered here."),
    Why.CANCELLED_HERE: lazy_gettext("The meeting was cancelled here. Take the cancellation back on its page if it takes place."),
    Why.ROOM_KEPT: lazy_gettext("The place names no room that is entered here, so the meeting stays in its room."),
}
