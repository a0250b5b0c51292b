"""The keyring of the operating system, where there is one: keys by the names of their accounts.

It needs the package `keyring` and a backend that works; without either there is no keyring, which is no error.
"""

from __future__ import annotations

from typing import Any, Final

from calcom_async.errors import ConfigurationError

__all__ = ["SERVICE", "forget_key", "has_keyring", "read_key", "store_key"]

SERVICE: Final = "calcom-async"
"""What the keys are stored under."""


def has_keyring() -> bool:
    """Whether keys can be stored in a keyring here."""
    return _backend() is not None


def read_key(account: str) -> str | None:
    """The key of an account, or None where the keyring has none.

    Raises:
        ConfigurationError: there is no keyring here, or it does not answer.
    """
    backend = _needed(account)
    try:
        key: str | None = backend.get_password(SERVICE, account)
    except Exception as error:  # noqa: BLE001 - a backend raises what it likes
        raise _no_answer(account, error) from None
    return key


def store_key(account: str, key: str) -> None:
    """Keep the key of an account, in the place of the one it had.

    Raises:
        ConfigurationError: there is no keyring here, or it does not answer.
    """
    backend = _needed(account)
    try:
        backend.set_password(SERVICE, account, key)
    except Exception as error:  # noqa: BLE001 - a backend raises what it likes
        raise _no_answer(account, error) from None


def forget_key(account: str) -> bool:
    """Remove the key of an account; False where there was none, or where there is no keyring to ask."""
    backend = _backend()
    try:
        if backend is None or backend.get_password(SERVICE, account) is None:
            return False
        backend.delete_password(SERVICE, account)
    except Exception:  # noqa: BLE001 - a backend raises what it likes, and the account is to go anyway
        return False
    return True


def _backend() -> Any:
    """The keyring in use; None where none is installed or none works."""
    try:
        import keyring
        from keyring.backends import fail, null

        backend = keyring.get_keyring()
    except Exception:  # noqa: BLE001 - not installed, or its configuration names what is not there
        return None
    return None if isinstance(backend, fail.Keyring | null.Keyring) else backend


def _needed(account: str) -> Any:
    backend = _backend()
    if backend is None:
        raise ConfigurationError(
            f"the key of the account {account} belongs in the system's keyring, and there is none that works here; "
            "pip install 'calcom-async[keyring]', or keep it in the file: "
            f"`calcom-async accounts add {account} --replace`"
        )
    return backend


def _no_answer(account: str, error: Exception) -> ConfigurationError:
    return ConfigurationError(
        f"the system's keyring does not give or take the key of the account {account} ({type(error).__name__}); "
        f"unlock it, or keep the key in the file: `calcom-async accounts add {account} --replace`"
    )
