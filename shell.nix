# Development shells: nix-shell for everything, nix-shell -A <service or library> for one of them.
{ system ? builtins.currentSystem, pkgs ? null, mirror ? null }:
let
  workspace = import ./nix { inherit system pkgs mirror; inNixShell = true; };
in
workspace.toolchain.shell // workspace
