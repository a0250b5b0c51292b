"""Where slots begin in free time: cases, in minutes after a midnight in UTC."""

from zoneinfo import ZoneInfo

import pytest

from calcom_async.sandbox import instants, slot_grid
from calcom_async.sandbox.slot_grid import SlotRules

MIDNIGHT = 20_000 * instants.DAY
NINE = 9 * 60


def starts(free, earliest=0, *, length, step=None, offset=0, **more):
    rules = SlotRules(
        length=length * instants.MINUTE,
        step=(step or length) * instants.MINUTE,
        offset=offset * instants.MINUTE,
        **more,
    )
    ranges = [(MIDNIGHT + begin * instants.MINUTE, MIDNIGHT + stop * instants.MINUTE) for begin, stop in free]
    found = slot_grid.slot_starts(ranges, rules, MIDNIGHT + round(earliest * instants.MINUTE))
    return [(each - MIDNIGHT) // instants.MINUTE for each in found]


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({"free": [(NINE, NINE + 90)], "length": 30}, [540, 570, 600]),
        # a start that is not round waits for the next full hour, half hour or quarter
        ({"free": [(NINE + 15, NINE + 180)], "length": 60}, [600, 660]),
        ({"free": [(NINE + 10, NINE + 90)], "length": 30}, [570, 600]),
        ({"free": [(NINE + 10, NINE + 90)], "length": 45}, [555]),
        ({"free": [(NINE + 3, NINE + 20)], "length": 7}, [543, 550]),
        # a busy time moves what comes after it
        ({"free": [(NINE, NINE + 60), (NINE + 75, NINE + 180)], "length": 45}, [540, 615, 660]),
        # where not before some moment, the grid begins there
        ({"free": [(NINE, NINE + 120)], "earliest": NINE + 10.5, "length": 45}, [555, 600]),
        ({"free": [(NINE, NINE + 40)], "earliest": NINE + 0.5, "length": 7}, [547, 554, 561, 568]),
        # the offset stands before the first and between all
        ({"free": [(NINE, NINE + 120)], "length": 30, "offset": 10}, [550, 590, 630]),
        # steps shorter and longer than the slot
        ({"free": [(NINE, NINE + 60)], "length": 30, "step": 15}, [540, 555, 570]),
        ({"free": [(NINE, NINE + 120)], "length": 15, "step": 60}, [540, 600]),
        # a step that was begun before a pause is gone through
        ({"free": [(NINE, NINE + 15), (NINE + 20, NINE + 90)], "length": 15, "step": 45}, [540, 585]),
        # two hosts: the other's range takes over the rhythm of the one before
        ({"free": [(NINE, NINE + 100), (NINE + 15, NINE + 160)], "length": 45}, [540, 585, 630]),
        ({"free": [(NINE, NINE + 70), (NINE, NINE + 140)], "length": 45}, [540, 585, 630]),
        # of the clock of Kathmandu (+05:45), 09:00 in UTC is a quarter to three
        ({"free": [(NINE, NINE + 140)], "length": 60, "zone": ZoneInfo("Asia/Kathmandu")}, [555, 615]),
        # rather more slots than round starts: 175 minutes hold two hours from 10:00, 170 do not
        ({"free": [(NINE + 5, NINE + 180)], "length": 60, "optimized": True}, [600, 660]),
        ({"free": [(NINE + 5, NINE + 175)], "length": 60, "optimized": True}, [555, 615]),
        ({"free": [(NINE + 5, NINE + 125)], "length": 60, "optimized": True}, [545, 605]),
    ],
)
def test_starts(case, expected):
    assert starts(**case) == expected


def test_first_of_day():
    found = [MIDNIGHT + hour * instants.HOUR for hour in (1, 2, 11, 12, 23)]
    assert slot_grid.only_first_of_day(found, slot_grid.UTC) == found[:1]
    # Auckland's next day begins at 11:00 or 12:00
    assert slot_grid.only_first_of_day(found, ZoneInfo("Etc/GMT-12")) == [found[0], found[3]]
