# A server of ../../needs/servers by its name -> a prefix with the programs that its module runs.
#
# It is the package of that name, unless it stands here. A server that nixpkgs lacks is an error.
{
  # ./package.nix of nixpkgs.
  package,
}:
let
  inherit (builtins) seq;
  rabbitmq = package.of "rabbitmq-server";

  named = {
    # Glewlwyd.
    oidc = throw "nixpkgs has no package of Glewlwyd, the server oidc: build without --arg pkgs";
    # With Erlang's port mapper. The attribute `erlang` is deprecated since 26.11.
    rabbitmq = seq rabbitmq (package.of "symlinkJoin" {
      name = "rabbitmq";
      paths = [ rabbitmq (package.first [ "beamPackages.erlang" "erlang" ]) ];
    });
  };
in
name: named.${name} or (package.of name)
