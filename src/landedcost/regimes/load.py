"""The rule book: rule files read when first asked for, members completed from their union."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import RequestError, RuleFileError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.resources.abc import Traversable

    from .parse import RuleFile
    from .reform import Overlap, Reform
    from .schema import Reformed, Regime, Rule


class RuleBook:
    """The rules of every territory in a folder of TOML files, with ``reforms`` if there are any.

    Files are read once, when a territory is first asked for, and never change afterwards. Raises
    RequestError for a reform of an address that no file has. Of two reforms that change one
    value the later holds; :attr:`overlaps` tells.
    """

    def __init__(self, folder: Traversable | None = None, reforms: Sequence[Reform] = ()) -> None:
        self._folder = folder
        self.reforms = tuple(reforms)
        self._reformed: dict[str, tuple[Reformed, ...]] = {}
        self._files: dict[str, tuple[RuleFile, str]] = {}
        self._regimes: dict[str, Regime] = {}
        self._codes: tuple[str, ...] = ()
        for reform in self.reforms:
            for code in reform.territories:
                self._check(code, reform)

    def with_reforms(self, *reforms: Reform) -> RuleBook:
        """The same rules with further reforms; this book stays as it is. Raises RequestError."""
        return RuleBook(self._folder, (*self.reforms, *reforms))

    @property
    def overlaps(self) -> tuple[Overlap, ...]:
        """Where two reforms change one value, and which holds."""
        if not self.reforms:
            return ()
        from .reform import overlaps

        return overlaps(self.reforms)

    def _check(self, code: str, reform: Reform) -> None:
        """See that the addresses are there. Raises RequestError."""
        if code not in self.codes:
            from ..codes import nearest

            close = ", ".join(nearest(code, self.codes))
            raise RequestError(
                f"no rules of {code!r}, which {reform.name!r} changes",
                code="unknown_address",
                where=next((f"changes.{a}" for a in reform.touches(code)), f"rules.{code}"),
                hint=f"did you mean {close}?" if close else "see landedcost rules list",
            )
        self.file(code)

    @property
    def folder(self) -> Traversable:
        """Where the files are: the bundled ones unless another folder was given."""
        if self._folder is None:
            from importlib import resources

            self._folder = resources.files("landedcost.regimes").joinpath("data")
        return self._folder

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all territories that have a rule file, sorted."""
        if not self._codes:
            names = (f.name for f in self.folder.iterdir())
            stems = (n.removesuffix(".toml") for n in names if n.endswith(".toml"))
            self._codes = tuple(sorted(stem for stem in stems if "." not in stem))
        return self._codes

    def file(self, code: str) -> tuple[RuleFile, str]:
        """One file as read, and the fingerprint of its text.

        Long lists of goods may stand in a file beside it, ``US.lists.toml`` beside ``US.toml``.
        """
        if code not in self._files:
            from .parse import RuleFile, parse

            text = self._read(f"{code}.toml")
            found = parse(text, f"{code}.toml")
            lists = f"{code}.lists.toml"
            if self.folder.joinpath(lists).is_file():
                more = self._read(lists)
                rules = {**parse(more, lists, found).rules, **found.rules}
                found = RuleFile(found.territory, found.sources, rules)
                text += more
            self._files[code] = self._with_reforms(code, found, _digest(text))
        return self._files[code]

    def texts(self, code: str) -> dict[str, str]:
        """The files that the rules of a territory are made of, by name, as they are.

        Its own, those it is completed from, and those its reforms touch. Raises as
        :meth:`regime` does.
        """
        self.regime(code)
        codes = [code]
        while union := str(self.file(codes[-1])[0].territory.get("member_of", "")):
            codes.append(union)
        codes += [touched for reform in self.reforms for touched in reform.territories]
        names = [
            name for one in dict.fromkeys(codes) for name in (f"{one}.toml", f"{one}.lists.toml")
        ]
        return {name: self._read(name) for name in names if self.folder.joinpath(name).is_file()}

    def _read(self, name: str) -> str:
        try:
            return self.folder.joinpath(name).read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise RuleFileError(f"not UTF-8: {error}", file=name, code="bad_toml") from None

    def _with_reforms(self, code: str, file: RuleFile, digest: str) -> tuple[RuleFile, str]:
        if not self.reforms:
            return file, digest
        from .reform import apply

        told = []
        for reform in self.reforms:
            file, reformed = apply(file, code, reform)
            if reformed is not None:
                told.append(reformed)
                digest = _digest(digest + reform.digest)
        self._reformed[code] = tuple(told)
        return file, digest

    def regime(self, code: str, where: str = "buyer.country") -> Regime:
        """All rules of a territory. Raises RequestError when there is no file for it."""
        if code not in self._regimes:
            if code not in self.codes:
                raise RequestError(
                    f"no import rules for {code!r} yet",
                    code="no_rules",
                    where=where,
                    hint=f"there are rules for {', '.join(self.codes)}",
                )
            self._regimes[code] = self._complete(code)
        return self._regimes[code]

    def _inherited(self, code: str, union: str) -> Regime:
        """The regime a file is completed from. Raises RuleFileError for none, or itself."""
        seen = {code}
        name = union
        while name:
            if name in seen or name not in self.codes:
                what = "is a part of itself" if name in seen else f"no rules of {name!r}"
                raise RuleFileError(what, file=f"{code}.toml", line=1)
            seen.add(name)
            name = str(self.file(name)[0].territory.get("member_of", ""))
        return self.regime(union)

    def _complete(self, code: str) -> Regime:
        from .lists import check_names
        from .schema import Regime

        own, digest = self.file(code)
        facts = own.territory
        rules: dict[str, Rule] = {}
        tariff = str(facts.get("tariff", ""))
        union = str(facts.get("member_of", ""))
        if union:
            shared = self._inherited(code, union)
            rules.update(shared.rules)
            tariff = tariff or shared.tariff
            digest = _digest(digest + shared.version)
        for name in facts.get("without", ()):
            if rules.pop(name, None) is None:
                raise RuleFileError(f"no rule {name!r} to leave out", file=f"{code}.toml", line=1)
        rules.update(own.rules)
        check_names(rules)
        return Regime(
            code=code,
            name=str(facts["name"]),
            currency=str(facts["currency"]),
            country=str(facts["country"]),
            customs_territory=str(facts["customs_territory"]),
            vat_area=str(facts["vat_area"]),
            member_of=union,
            tariff=tariff or code,
            verified_through=facts["verified_through"],
            rules=rules,
            version=digest[:12],
            reforms=tuple(one for part in (union, code) for one in self._reformed.get(part, ())),
        )


def _digest(text: str) -> str:
    from hashlib import sha256

    return sha256(text.encode()).hexdigest()
