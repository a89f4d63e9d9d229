# Return a project's name in the one form that the lock has (PEP 503).
#
# Example: normalize "PyJWT_keys" == "pyjwt-keys"
# Type: string -> string
let
  inherit (builtins) concatStringsSep filter isString match replaceStrings split;

  # Most names have no capital letter, and to replace all 26 takes longer than this pattern, which
  # ./python/entry.nix has too.
  lower = text: if match "[a-z0-9-]+" text != null then text else import ./lower_case.nix text;
  dashed = replaceStrings [ "_" "." ] [ "-" "-" ];
  # Most names have no run of separators, and a workspace may have a thousand.
  hasRun = text: replaceStrings [ "--" ] [ "" ] text != text;
  single = text: if hasRun text then concatStringsSep "-" (filter isString (split "-+" text)) else text;
in
name: single (lower (dashed name))
