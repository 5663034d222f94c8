"""The schemas that travel with the program."""

import pytest

from reconciler.errors import InputError
from reconciler.schema.packaged import read_packaged


def test_a_file_that_is_not_installed_is_told_by_name() -> None:
    with pytest.raises(InputError, match=r"lacks schemas/gone\.json") as caught:
        read_packaged("gone.json")
    assert caught.value.help == "install vapi-reconciler again"
