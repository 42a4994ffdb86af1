"""Which providers there are: those that come with the package, and those of plugins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

from ..codes import nearest
from ..errors import LandedCostError, PluginError
from .builtin import BUILTIN

if TYPE_CHECKING:
    from ..ports.spec import ProviderSpec

GROUP = "landedcost.providers"
OURS = "landedcost"


@dataclass(frozen=True, slots=True)
class Listed:
    """A provider that is installed, not yet imported.

    ``key`` is kind and name, ``rates.frankfurter``; ``target`` where its spec is;
    ``distribution`` the package it came with, and ``version`` that package's.
    """

    key: str
    target: str
    distribution: str
    version: str = ""

    @property
    def kind(self) -> str:
        """The kind, as the key says it."""
        return self.key.partition(".")[0]

    @property
    def name(self) -> str:
        """The name within the kind."""
        return self.key.partition(".")[2]


class Registry:
    """Finds providers by kind and name. An object: tests and shops may have their own.

    Making one reads no plugin. Two distributions that claim one key raise PluginError when that
    key is asked for; a plugin that cannot be loaded raises PluginError when it is asked for, and
    no other is touched by it.
    """

    def __init__(self, listed: Iterable[Listed] = ()) -> None:
        self._listed: dict[str, list[Listed]] = {}
        self._specs: dict[str, ProviderSpec] = {}
        for one in listed:
            self._listed.setdefault(one.key, []).append(one)

    @classmethod
    def installed(cls) -> Registry:
        """The package's own providers and those of every installed plugin."""
        ours = [Listed(key, target, OURS) for key, target in BUILTIN.items()]
        return cls([*ours, *map(_plugin, entry_points(group=GROUP))])

    @classmethod
    def empty(cls) -> Registry:
        """No providers; for tests."""
        return cls()

    def listed(self) -> tuple[Listed, ...]:
        """Every provider, by key; nothing is imported."""
        return tuple(one for key in sorted(self._listed) for one in self._listed[key])

    def register(self, spec: ProviderSpec) -> None:
        """Add a provider by hand. Raises PluginError if its key is taken."""
        taken = self._listed.get(spec.key)
        if taken:
            raise PluginError(
                f"{spec.key} is taken by {taken[0].distribution}",
                code="name_clash",
                hint="give the provider another name",
            )
        self._listed[spec.key] = [Listed(spec.key, "registered by hand", "")]
        self._specs[spec.key] = spec

    def key(self, name: str, kind: str = "") -> str:
        """The key of a provider by its name or its key. Raises PluginError naming the nearest."""
        if name in self._listed and kind in ("", name.partition(".")[0]):
            return name
        found = [k for k in self._listed if k.endswith(f".{name}") and k.startswith(kind)]
        if len(found) == 1:
            return found[0]
        if found:
            raise PluginError(
                f"{name!r} is the name of several providers",
                code="ambiguous_provider",
                hint=f"say which: {', '.join(sorted(found))}",
            )
        known = [k for k in self._listed if not kind or k.startswith(f"{kind}.")]
        close = nearest(name, [k.partition(".")[2] for k in known], 1)
        raise PluginError(
            f"no provider {name!r}" + (f" of {kind}" if kind else ""),
            code="unknown_provider",
            hint=f"did you mean {close[0]!r}?" if close else "see `landedcost providers`",
        )

    def spec(self, name: str, kind: str = "") -> ProviderSpec:
        """The spec of a provider, imported now.

        Raises PluginError for a name nobody or two distributions have, a plugin that fails to
        load, a spec made for other ports, or one that is not what its entry point says.
        """
        key = self.key(name, kind)
        if key not in self._specs:
            claims = self._listed[key]
            if len(claims) > 1:
                who = " and ".join(sorted(f"{c.distribution} {c.version}".strip() for c in claims))
                raise PluginError(
                    f"{key} is claimed by {who}",
                    code="name_clash",
                    hint="uninstall one of them",
                )
            self._specs[key] = _load(claims[0])
        return self._specs[key]

    def problems(self) -> Mapping[str, LandedCostError]:
        """Every provider that cannot be loaded, with what it raises. Imports all of them."""
        found: dict[str, LandedCostError] = {}
        for key in sorted(self._listed):
            try:
                self.spec(key)
            except PluginError as error:
                found[key] = error
        return found


def _plugin(entry: EntryPoint) -> Listed:
    dist = entry.dist
    name, version = (dist.name, dist.version) if dist is not None else ("unknown", "")
    return Listed(entry.name, entry.value, name, version)


def _load(listed: Listed) -> ProviderSpec:
    from ..ports.spec import API_VERSION, KINDS, ProviderSpec

    def broken(what: str, hint: str = "") -> PluginError:
        return PluginError(f"{listed.key} of {listed.distribution} {what}", hint=hint)

    if listed.kind not in KINDS or not listed.name:
        raise broken(
            "is not named after its kind",
            f"name the entry point {KINDS[0]}.NAME, {', '.join(f'{k}.NAME' for k in KINDS[1:])}",
        )
    module, _, attribute = listed.target.partition(":")
    try:
        spec: Any = import_module(module)
        for part in attribute.split("."):
            spec = getattr(spec, part)
    except Exception as error:
        raise broken(
            f"cannot be loaded: {type(error).__name__}: {error}",
            f"see `landedcost conform {listed.name}`, or uninstall {listed.distribution}",
        ) from error
    if not isinstance(spec, ProviderSpec):
        raise broken(f"is no ProviderSpec but a {type(spec).__name__}")
    if spec.api_version != API_VERSION:
        raise broken(
            f"is made for version {spec.api_version} of the ports, this is {API_VERSION}",
            f"install a version of {listed.distribution} for it",
        )
    if spec.key != listed.key:
        raise broken(f"says that it is {spec.key}", "name the entry point like the spec")
    return spec
