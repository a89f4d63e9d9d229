# Return a project's name in the one form that the lock has (PEP 503).
#
# Example: normalize "PyJWT_keys" == "pyjwt-keys"
# Type: string -> string
let lower = import ./lower_case.nix; in
name: lower (builtins.concatStringsSep "-" (builtins.filter builtins.isString (builtins.split "[-_.]+" name)))
