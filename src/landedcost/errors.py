"""Every error this package raises, in one tree.

    LandedCostError
    ├── RequestError            the caller's input is wrong
    │   └── MoneyError          an amount, currency or exchange rate is wrong
    ├── RuleError               our rules cannot or must not answer
    │   ├── NotInForce          no rule is in force on the day asked for
    │   ├── RefusedError        the goods or the lane may not be quoted, with the reason
    │   └── RuleFileError       a rule or table file is broken (file and line)
    ├── SoldOut                 fewer units are left than were asked for
    ├── ProviderError           a source outside failed and no fallback held
    │   ├── Unreachable         no connection, or it broke off
    │   ├── ProviderTimeout     no answer within the time it had
    │   ├── RateLimited         asked too often
    │   ├── ProviderDown        the source says that it is broken, or was left alone for a while
    │   ├── Denied              the source does not accept the credentials
    │   ├── BadAnswer           what came back is not an answer
    │   └── NoAnswer            the source works and has no answer to this question
    ├── HeldError               a held quote is not honoured, with the reason
    ├── LedgerError             a ledger of the shop cannot be read or written
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


class HeldError(LandedCostError):
    """A held quote is refused; ``code`` is the reason, each reason has its own."""

    default_code = "held_refused"
    exit_code = 3


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


class SoldOut(LandedCostError):
    """Fewer units of ``sku`` are left than were ``wanted``; ``left`` is how many there are."""

    default_code = "sold_out"
    exit_code = 3

    def __init__(self, sku: str, *, wanted: int, left: int, where: str = "") -> None:
        super().__init__(
            f"{left} of {sku!r} left, {wanted} wanted" if left else f"{sku!r} is sold out",
            where=where,
            hint=f"reserve at most {left}" if left else "reserved units may come back",
        )
        self.sku = sku
        self.wanted = wanted
        self.left = left


class ProviderError(LandedCostError):
    """A tariff, carrier, rate or landed cost source failed and no fallback held.

    ``provider`` is the source's name, ``request_id`` what to quote to its support, ``attempts``
    how often it was asked, ``retryable`` whether asking again later may help, ``retry_after``
    the seconds it asked to wait. The error of the library below is its ``__cause__``.
    """

    default_code = "provider_failed"
    exit_code = 4
    retryable_by_nature = False

    def __init__(
        self,
        message: str,
        *,
        provider: str = "",
        request_id: str = "",
        attempts: int = 0,
        retryable: bool | None = None,
        retry_after: int | None = None,
        code: str | None = None,
        where: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(message, code=code, where=where, hint=hint)
        self.provider = provider
        self.request_id = request_id
        self.attempts = attempts
        self.retryable = self.retryable_by_nature if retryable is None else retryable
        self.retry_after = retry_after

    def __str__(self) -> str:
        text = super().__str__()
        return f"{self.provider}: {text}" if self.provider else text


class Unreachable(ProviderError):
    """No connection to the source, or it broke off before the whole answer was there."""

    default_code = "provider_unreachable"
    retryable_by_nature = True


class ProviderTimeout(ProviderError):
    """The source did not answer within the time it had, or the deadline of the quote passed."""

    default_code = "provider_timeout"
    retryable_by_nature = True


class RateLimited(ProviderError):
    """The source, or the limit set for it, says that it is asked too often."""

    default_code = "rate_limited"
    retryable_by_nature = True


class ProviderDown(ProviderError):
    """The source says that it is broken (a 5xx), or failed so often that it is left alone."""

    default_code = "provider_down"
    retryable_by_nature = True


class Denied(ProviderError):
    """The source does not accept the credentials, or they do not cover what was asked."""

    default_code = "denied"


class BadAnswer(ProviderError):
    """What came back is not an answer: not JSON, wrong types, negative, not finite, too large."""

    default_code = "bad_answer"


class NoAnswer(ProviderError):
    """The source works, and has no answer to this question: an unknown code, no service there."""

    default_code = "no_answer"


class PluginError(LandedCostError):
    """A provider plugin is broken, missing, or claims a name that is taken."""

    default_code = "plugin_error"
    exit_code = 4


class LedgerError(LandedCostError):
    """A ledger of the shop cannot be opened, read or written; the database's error is its cause."""

    default_code = "ledger_failed"
    exit_code = 4
