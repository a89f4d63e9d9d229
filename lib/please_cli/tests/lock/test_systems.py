from please_cli.lock.systems import SYSTEMS, machine


def test_a_system_has_its_processors_name() -> None:
    assert [machine(system) for system in SYSTEMS] == ["aarch64", "x86_64"]
