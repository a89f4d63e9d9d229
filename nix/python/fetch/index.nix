# A file of the lock, found and fetched by pip as this machine's pip is configured.
{ platform, pip, named, fixed }:
let
  modules = import ../modules.nix;
  configuration = builtins.toFile "pip-configuration.json" (builtins.toJSON pip.configuration);
  # The names of an index are words that the lock and the manifest share.
  explicit = name: if named.known ? ${name} then { indexUrl = pip.redact named.known.${name}.url; isFlat = named.known.${name}.flat; } else { };
in
project: artifact: derivation (fixed artifact // explicit (artifact.index or "") // {
  inherit project configuration;
  builder = "${platform.python}/bin/python3";
  args = [ "-S" "-s" ../steps/fetch_from_index.py ];
  PATH = "${platform.python}/bin";
  PYTHONPATH = "${modules.patience}:${modules.pip_configuration}:${platform.pip}";
  PYTHONDONTWRITEBYTECODE = "1";
  # Taken from the environment at build time: what is secret is in these alone.
  impureEnvVars = pip.proxies ++ pip.variables ++ [ "SERVICES_PIP_CREDENTIALS" ];
  PIP_CERT =
    if pip.certificates == null then "${platform.cacert}/etc/ssl/certs/ca-bundle.crt"
    else builtins.path { name = "certificates"; path = pip.certificates; };
})
