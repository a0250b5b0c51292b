"""The bulk export: every booking that existed when it began, exactly once.

Why not page by page with skip? The list is ordered by one column without a tie-break, so rows that tie repeat on one
page and vanish between others; removing duplicates does not bring the lost ones back. The export walks by the creation
time instead, which never changes: *plan* (windows of creation time that cover the range without gap or overlap), *walk*
(each page begins where the last one ended; the rows at the boundary are read again and told apart by uid), *sink* (a
file that appears under its name only when it is complete).
"""

from __future__ import annotations

from calcom_async.export.bookings import export_accounts, export_bookings, export_list, run_export
from calcom_async.export.filters import BookingFilters, ExportArguments
from calcom_async.export.incremental import update_export
from calcom_async.export.records import export_records
from calcom_async.export.report import ExportProgress, ExportReport
from calcom_async.export.verify import Comparison, compare_files, compare_with_account

__all__ = [
    "BookingFilters",
    "Comparison",
    "ExportArguments",
    "ExportProgress",
    "ExportReport",
    "compare_files",
    "compare_with_account",
    "export_accounts",
    "export_bookings",
    "export_list",
    "export_records",
    "run_export",
    "update_export",
]
