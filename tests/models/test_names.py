"""`calcom_async.models` names every record and input of its modules, and loads a module when one of its names is used."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys

import pytest

from calcom_async import models


def test_every_record_has_its_name_here() -> None:
    names = set()
    for module in pkgutil.iter_modules(models.__path__):
        loaded = importlib.import_module(f"calcom_async.models.{module.name}")
        names |= {name for name in loaded.__all__ if name[0].isupper() and not name.isupper()}
    assert set(dir(models)) == names
    assert models.Booking is importlib.import_module("calcom_async.models.bookings").Booking
    assert "Booking" in dir(models)


def test_names_are_loaded_one_family_at_a_time() -> None:
    code = (
        "import sys, calcom_async.models as m; m.Slot; print(*sorted(n for n in sys.modules if 'async.models.' in n))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split() == ["calcom_async.models.slots"]


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Bookin'"):
        _ = models.Bookin  # type: ignore[attr-defined] # the mistake under test
