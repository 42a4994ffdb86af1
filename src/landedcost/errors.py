"""Every error this package raises, in one tree.

    LandedCostError
    ├── RequestError            the caller's input is wrong
    │   └── MoneyError          an amount, currency or exchange rate is wrong
    ├── RuleError               our rules cannot or must not answer
    │   ├── NotInForce          no rule is in force on the day asked for
    │   ├── RefusedError        the goods or the lane may not be quoted, with the reason
    │   └── RuleFileError       a rule or table file is broken (file and line)
    ├── ProviderError           a source outside failed and no fallback held
    └── PluginError             a provider plugin is broken or clashes with another

A message says what happened and to which input; ``where`` is the path of the field in the
request (``lines[0].hs_code``); ``hint`` says what to do.
"""

from __future__ import annotations


class LandedCostError(Exception):
    """Root of the tree; catch it to catch everything this package raises on purpose."""

    default_code = "error"
    exit_code = 1

    def __init__(
        self, message: str, *, code: str | None = None, where: str = "", hint: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text} ({self.hint})" if self.hint else text

    def as_dict(self) -> dict[str, str]:
        """The error as the ``error`` object of the JSON contract."""
        return {
            "code": self.code,
            "message": self.message,
            "where": self.where,
            "hint": self.hint,
        }


class RequestError(LandedCostError):
    """The request is wrong: a field is missing, unknown or out of range."""

    default_code = "bad_request"
    exit_code = 2


class MoneyError(RequestError):
    """An amount, a currency or an exchange rate is wrong."""

    default_code = "bad_money"


class RuleError(LandedCostError):
    """The rules cannot, or must not, answer."""

    default_code = "rule_error"
    exit_code = 3


class NotInForce(RuleError):
    """No rule of a kind that is needed is in force on the day asked for."""

    default_code = "not_in_force"
    exit_code = 2


class RefusedError(RuleError):
    """The rules refuse: these goods or this lane may not be sent, with the reason."""

    default_code = "refused"


class RuleFileError(RuleError):
    """A rule or table file is broken; ``file`` and ``line`` say where."""

    default_code = "rule_file"
    exit_code = 2

    def __init__(
        self,
        message: str,
        *,
        file: str,
        line: int | None = None,
        code: str | None = None,
        hint: str = "",
    ) -> None:
        where = file if line is None else f"{file}:{line}"
        super().__init__(message, code=code, where=where, hint=hint)
        self.file = file
        self.line = line


class ProviderError(LandedCostError):
    """A tariff, carrier or rate source failed and no fallback held."""

    default_code = "provider_failed"
    exit_code = 4

    def __init__(
        self,
        message: str,
        *,
        provider: str = "",
        retryable: bool = False,
        code: str | None = None,
        where: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(message, code=code, where=where, hint=hint)
        self.provider = provider
        self.retryable = retryable


class PluginError(LandedCostError):
    """A provider plugin is broken, missing, or claims a name that is taken."""

    default_code = "plugin_error"
    exit_code = 4
