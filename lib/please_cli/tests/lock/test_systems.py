from please_cli import emulation
from please_cli.lock.systems import SYSTEMS, machine


def test_a_system_has_its_processors_name() -> None:
    assert [machine(system) for system in SYSTEMS] == ["aarch64", "x86_64"]


def test_machines_for_emulation_are_those_that_are_locked_for() -> None:
    assert emulation.MACHINES.keys() == {*SYSTEMS}
