# The development shell for everything; `nix-shell default.nix -A <service>` is the one for a service.
{ system ? builtins.currentSystem, pkgs ? null, mirror ? null }:
(import ./nix { inherit system pkgs mirror; }).toolchain.shell
