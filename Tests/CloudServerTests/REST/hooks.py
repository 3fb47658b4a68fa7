"""What schemathesis cannot know of the API by itself."""

import itertools

import schemathesis

numbers = itertools.count()


@schemathesis.hook
def before_call(context, case, kwargs):
    """Gives each request a key of its own: with the key of an earlier one, the cloud would repeat the reply of then, or
    refuse a body that is another. A key that is wrong, or missing, is left as it is."""
    key = (case.headers or {}).get("Idempotency-Key")
    if key and len(key) < 100 and all("!" <= character <= "~" for character in key):
        case.headers["Idempotency-Key"] = f"{key}{next(numbers)}"
