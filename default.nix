# One attribute per service and library, and `toolchain`: see nix/default.nix.
{
  system ? builtins.currentSystem,
  # nixpkgs to build on, such as `import <nixpkgs> {}`, in place of the embedded platform.
  pkgs ? null,
  # A Debian mirror's base URL, in place of the one in the machine's apt configuration.
  mirror ? null,
  # Whether an attribute stands for its development shell; nix-shell passes true.
  inNixShell ? false,
}:
import ./nix { inherit system pkgs mirror inNixShell; }
