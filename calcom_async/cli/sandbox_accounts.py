"""The accounts that `--sandbox` has: those of the example world, which may be read and changed without asking."""

from __future__ import annotations

from calcom_async.accounts import DEFAULT, Account, Accounts
from calcom_async.sandbox import Sandbox
from calcom_async.settings import Hidden

__all__ = ["sandbox_accounts"]


def sandbox_accounts(sandbox: Sandbox) -> Accounts:
    """The accounts of a running sandbox: `default`, `work` and `personal` of `Sandbox(world="example")`."""
    return Accounts.of(
        *(
            Account(
                name=name,
                api_key=Hidden(key),
                base_url=sandbox.url,
                permissions={"read": "allow", "write": "allow", "force": "true"},
            )
            for name, key in sandbox.account_keys.items()
        ),
        default=DEFAULT,
    )
