from typing import Any

import pytest

from calcom_async.core.unset import UNSET
from calcom_async.errors import InvalidRequestError
from calcom_async.resources.metadata import checked_metadata


@pytest.mark.parametrize(
    "metadata",
    [UNSET, {}, {"k" * 40: "v" * 500}, {str(n): None for n in range(50)}, {"number": 10**600, "list": ["v" * 501]}],
)
def test_what_cal_com_takes_is_passed_on(metadata: Any) -> None:
    assert checked_metadata(metadata) is metadata


@pytest.mark.parametrize(
    ("metadata", "says"),
    [
        ({str(n): "" for n in range(51)}, "metadata: 51 keys; Cal.com takes 50"),
        ({"k" * 41: ""}, "metadata: a key of 41 characters"),
        ({"key": "v" * 501}, "metadata.key: 501 characters; Cal.com takes 500"),
        ({5: ""}, "metadata: a key is text, not int"),
        (["key"], "metadata: expected a mapping, got list"),
        (None, "metadata: expected a mapping, got NoneType"),
    ],
)
def test_anything_else_is_refused(metadata: Any, says: str) -> None:
    with pytest.raises(InvalidRequestError, match=says):
        checked_metadata(metadata)
