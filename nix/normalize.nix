# Return a project's name in the one form that the lock has (PEP 503).
#
# Example: normalize "PyJWT_keys" == "pyjwt-keys"
# Type: string -> string
let
  inherit (builtins) concatStringsSep filter isString replaceStrings split;

  lower = import ./lower_case.nix;
  dashed = replaceStrings [ "_" "." ] [ "-" "-" ];
  # Most names have no run of separators, and a workspace may have a thousand.
  hasRun = text: replaceStrings [ "--" ] [ "" ] text != text;
  single = text: if hasRun text then concatStringsSep "-" (filter isString (split "-+" text)) else text;
in
name: single (dashed (lower name))
