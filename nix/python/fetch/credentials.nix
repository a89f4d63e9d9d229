# The logins in pip's configuration files and netrc(5), for SERVICES_PIP_CREDENTIALS; null for none.
#
# ./please evaluates this to JSON and passes it to the builds, in whose environment it stays.
(import ./pip.nix { }).credentials
