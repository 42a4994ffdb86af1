"""Finding providers: nothing imported before its time, clashes and broken plugins told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from landedcost.errors import PluginError
from landedcost.ports import ProviderSettings, ProviderSpec
from landedcost.providers.registry import Listed, Registry

SPEC = """
from landedcost.ports import ProviderSettings, ProviderSpec
SPEC = ProviderSpec({name!r}, {kind!r}, ProviderSettings, lambda settings: settings{more})
"""
LIST = """
import sys
from landedcost.providers.registry import Registry
registry = Registry.installed()
print([one.key for one in registry.listed()])
print(sorted(m for m in sys.modules if m.startswith(("acme_", "landedcost.providers."))))
print("httpx" in sys.modules, "pydantic" in sys.modules)
"""


class Plugins:
    """Distributions installed into a folder of its own, as pip would leave them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, name: str, entries: dict[str, str], **modules: str) -> None:
        info = self.folder / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        lines = [f"{key} = {target}" for key, target in entries.items()]
        text = "\n".join(["[landedcost.providers]", *lines, ""])
        info.joinpath("entry_points.txt").write_text(text, encoding="utf-8")
        about = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
        info.joinpath("METADATA").write_text(about, encoding="utf-8")
        for module, code in modules.items():
            self.folder.joinpath(f"{module}.py").write_text(code, encoding="utf-8")


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plugins:
    monkeypatch.syspath_prepend(str(tmp_path))
    return Plugins(tmp_path)


def spec(name: str = "acme", kind: str = "rates", more: str = "") -> str:
    return SPEC.format(name=name, kind=kind, more=more)


def test_a_plugin_is_found_and_loaded_when_asked_for(plugins: Plugins) -> None:
    plugins.install("acme-one", {"rates.acme": "acme_one:SPEC"}, acme_one=spec())
    registry = Registry.installed()
    (listed,) = [one for one in registry.listed() if one.name == "acme"]
    assert listed == Listed("rates.acme", "acme_one:SPEC", "acme-one", "1.0")
    assert "acme_one" not in sys.modules
    assert registry.spec("acme").key == "rates.acme"
    assert registry.spec("rates.acme") is registry.spec("acme", "rates")


def test_listing_imports_none(plugins: Plugins) -> None:
    plugins.install("acme-two", {"rates.acme": "acme_two:SPEC"}, acme_two="raise SystemExit(3)")
    done = subprocess.run(
        [sys.executable, "-c", LIST],
        env={"PYTHONPATH": str(plugins.folder)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    keys, modules, heavy = done.stdout.splitlines()
    assert "rates.acme" in keys
    assert modules == "['landedcost.providers.builtin', 'landedcost.providers.registry']"
    assert heavy == "False False"


def test_a_name_that_two_distributions_claim_names_both(plugins: Plugins) -> None:
    plugins.install("acme-a", {"rates.acme": "acme_a:SPEC"}, acme_a=spec())
    plugins.install("acme-b", {"rates.acme": "acme_b:SPEC"}, acme_b=spec())
    plugins.install("mine", {"rates.frankfurter": "acme_c:SPEC"}, acme_c=spec("frankfurter"))
    registry = Registry.installed()
    with pytest.raises(PluginError, match=r"claimed by acme-a 1\.0 and acme-b 1\.0") as caught:
        registry.spec("acme")
    assert caught.value.code == "name_clash"
    with pytest.raises(PluginError, match="claimed by landedcost and mine"):
        registry.spec("frankfurter")
    assert registry.spec("tariff.bundled").name == "bundled"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise RuntimeError('no good')", "cannot be loaded: RuntimeError: no good"),
        ("import nothing_of_that_name", "cannot be loaded: ModuleNotFoundError"),
        ("def (", "cannot be loaded: SyntaxError"),
        ("OTHER = 1", "cannot be loaded: AttributeError"),
        ("SPEC = 1", "is no ProviderSpec but a int"),
        (spec(more=", api_version=99"), "is made for version 99 of the ports, this is 1"),
        (spec("other"), "says that it is rates.other"),
        (spec(kind="tariff"), "says that it is tariff.acme"),
        (spec(kind="weather"), "no kind of provider: 'weather'"),
        (spec(more=", capabilities=frozenset({'flight'})"), "no capability of a rates source"),
    ],
)
def test_a_broken_plugin_is_told_of_and_breaks_no_other(
    plugins: Plugins, code: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugins.install("broken", {"rates.acme": "acme_broken:SPEC"}, acme_broken=code)
    monkeypatch.delitem(sys.modules, "acme_broken", raising=False)
    registry = Registry.installed()
    with pytest.raises(PluginError, match="acme") as caught:
        registry.spec("acme")
    assert said in str(caught.value)
    assert registry.spec("frankfurter").name == "frankfurter"
    assert list(registry.problems()) == ["rates.acme"]
    assert "rates.acme" in {one.key for one in registry.listed()}


def test_an_entry_point_is_named_after_its_kind(plugins: Plugins) -> None:
    plugins.install("nameless", {"acme": "acme_named:SPEC"}, acme_named=spec())
    with pytest.raises(PluginError, match="is not named after its kind"):
        Registry.installed().spec("acme")


def test_names_are_found_by_kind_and_their_neighbours_are_told() -> None:
    registry = Registry.installed()
    with pytest.raises(PluginError, match="several providers") as caught:
        registry.spec("bundled")
    assert caught.value.hint == "say which: rates.bundled, tariff.bundled"
    assert registry.spec("bundled", "rates").kind == "rates"
    with pytest.raises(PluginError, match="no provider 'frankfurt' of rates") as caught:
        registry.spec("frankfurt", "rates")
    assert caught.value.hint == "did you mean 'frankfurter'?"
    with pytest.raises(PluginError, match=r"no provider 'rates\.frankfurter' of tariff"):
        registry.spec("rates.frankfurter", "tariff")


def test_a_registry_is_an_object() -> None:
    registry = Registry.empty()
    assert registry.listed() == ()
    made = ProviderSpec("acme", "rates", ProviderSettings, lambda settings: settings)
    registry.register(made)
    assert registry.spec("acme") is made
    with pytest.raises(PluginError, match="is taken"):
        registry.register(made)
    assert "rates.acme" not in {one.key for one in Registry.installed().listed()}


@pytest.mark.parametrize("name", ["Acme", "", "acme post", "acme_post", "-acme", "acme-", "ácme"])
def test_a_spec_has_a_plain_name(name: str) -> None:
    with pytest.raises(PluginError, match="not a provider's name"):
        ProviderSpec(name, "rates", ProviderSettings, lambda settings: settings)
