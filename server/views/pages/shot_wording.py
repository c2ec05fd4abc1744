"""The words of the wizard that takes guided photos."""

from flask_babel import gettext

from server.views.pages.wording import PROBLEMS


def shot_words() -> dict[str, dict[str, str]]:
    """Name of each shot, and what to do for it."""
    return {
        "front": {
            "title": gettext("Straight ahead"),
            "task": gettext("Look into the camera with a relaxed face."),
        },
        "smile": {
            "title": gettext("Smile"),
            "task": gettext("Look into the camera and smile until the countdown is over."),
        },
        "glasses": {
            "title": gettext("Glasses on or off"),
            "task": gettext("Put your glasses on, or take them off. If you have none, skip this one."),
        },
        "down_left": {
            "title": gettext("Down to the left"),
            "task": gettext("Turn your head a little to your left, and lower your chin."),
        },
        "down_right": {
            "title": gettext("Down to the right"),
            "task": gettext("Turn your head a little to your right, and lower your chin."),
        },
    }


def wizard_words() -> dict[str, str | dict[str, str]]:
    """What the wizard's script writes itself."""
    return {
        "hints": {
            "no_face": gettext("No face is seen"),
            "several_faces": gettext("One person only, please"),
            "come_closer": gettext("Come closer"),
            "move_back": gettext("Move back a little"),
            "move_left": gettext("Move to your left"),
            "move_right": gettext("Move to your right"),
            "move_up": gettext("Move up a little"),
            "move_down": gettext("Move down a little"),
            "more_light": gettext("More light on your face, please"),
            "less_light": gettext("Less light on your face, please"),
            "uncover_face": gettext("Uncover mouth and nose"),
            "straighten_head": gettext("Hold your head straight"),
            "look_ahead": gettext("Look straight into the camera"),
            "turn_left": gettext("Turn a little to your left"),
            "turn_right": gettext("Turn a little to your right"),
            "turn_less": gettext("Turn a little less"),
            "chin_down": gettext("Lower your chin a little"),
            "chin_up": gettext("Raise your chin a little"),
            "hold_still": gettext("Hold still"),
            "ready": gettext("Good. Hold still …"),
            "ready_smile": gettext("And smile …"),
            "ready_glasses": gettext("Good. Look ahead …"),
        },
        "problems": {code: str(word) for code, word in PROBLEMS.items()},
        "place": gettext("Photo %(num)s of %(all)s", num="%(num)s", all="%(all)s"),
        "checking": gettext("Checking the photo …"),
        "failed": gettext("Could not be sent. Please try again."),
        "busy": gettext("One moment …"),
        "over": gettext("This page is over. Please load it again."),
        "taken": gettext("Taken: %(shot)s", shot="%(shot)s"),
        "retake": gettext("take again"),
        "choose": gettext("take now"),
        "camera_faults": camera_faults(),
    }


def camera_faults() -> dict[str, str]:
    """What is the matter with a camera, by the statuses of the script that opens it."""
    return {
        "none": gettext("No camera was found."),
        "refused": gettext("The browser may not use the camera: allow it in the address bar."),
        "insecure": gettext("Browsers open cameras over https or on localhost only."),
        "busy": gettext("Another program is using the camera."),
        "lost": gettext("The camera is gone; it is looked for."),
        "prompt": gettext("Please allow the camera."),
        "black": gettext("The picture is black: is the lens covered?"),
        "frozen": gettext("The camera has stopped; it is opened again."),
    }
