"""From what `auth=` and `account=` are given to a credential."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calcom_async.accounts import Account, accounts_file
from calcom_async.core.auth import ApiKey, Auth, Renewable
from calcom_async.errors import ConfigurationError

if TYPE_CHECKING:
    from calcom_async.core.oauth import OAuth2

__all__ = ["credential", "credential_of_account", "oauth_of_account"]


def credential(given: Any) -> Auth | Renewable:
    """The credential that `auth=` means.

    Args:
        given: A key, a credential, or a function that gives keys.

    Raises:
        ConfigurationError: it is none of these, or a key that can't be one.
    """
    if isinstance(given, str):
        return ApiKey(given)
    if isinstance(given, type):
        raise ConfigurationError(f"auth= is the class {given.__name__}; pass one of it")
    if isinstance(given, Auth | Renewable):
        return given
    if callable(given):
        from calcom_async.core.auth_source import KeySource

        asked: Any = given  # what it gives is looked at when it is called
        return KeySource(asked)
    raise ConfigurationError(
        f"auth= is {type(given).__name__}; pass an API key, OAuth2, ManagedUser, PlatformClient or a function"
    )


def credential_of_account(account: Account) -> Auth | Renewable:
    """What an account calls with: its key, or the tokens of its login.

    Args:
        account: The account.

    Raises:
        ConfigurationError: a key that can't be one.
    """
    return ApiKey(account.api_key) if account.oauth is None else oauth_of_account(account)


def oauth_of_account(account: Account) -> OAuth2:
    """The OAuth 2.0 login of an account.

    Its tokens are in `tokens/NAME.json` beside the accounts file, or in the keyring.

    Args:
        account: The account.

    Raises:
        ConfigurationError: it has none.
    """
    from calcom_async.core.oauth import OAuth2
    from calcom_async.core.token_stores_file import FileTokens
    from calcom_async.core.token_stores_keyring import KeyringTokens

    login = account.oauth
    if login is None:
        raise ConfigurationError(f"the account {account.name} has an API key and no login")
    folder = accounts_file().parent / "tokens"
    store: FileTokens | KeyringTokens
    if account.kept_in == "keyring":
        store = KeyringTokens(f"{account.name} (login)", lock=folder / f"{account.name}.lock")
    else:
        store = FileTokens(folder / f"{account.name}.json")
    return OAuth2(login.client_id, login.client_secret, token_store=store, scopes=login.scopes)
