let
  api_gateway = {
    name = "api_gateway";
    kind = "service";
    key = "api-gateway";
    directory = "src/api_gateway";
    module = "api_gateway";
    resolve = "default";
    isGuest = false;
    extras = [ ];
    everything = [ "api-gateway" "api-gateway[:test]" ];
  };
  common = {
    name = "common";
    kind = "library";
    key = "common";
    directory = "lib/common";
    module = "common";
    resolve = "default";
    isGuest = false;
    extras = [ "cache" "db" ];
    everything = [ "common" "common[cache]" "common[db]" ];
  };
  tokens = {
    name = "tokens";
    kind = "service";
    key = "tokens";
    directory = "src/tokens";
    module = "tokens";
    resolve = "next";
    isGuest = false;
    extras = [ ];
    everything = [ "tokens" ];
  };
in
{
  api_gateway = api_gateway // { resolves.default = api_gateway; };
  common = common // {
    resolves = {
      default = common;
      next = common // { resolve = "next"; isGuest = true; extras = [ "db" ]; everything = [ "common" "common[db]" ]; };
    };
  };
  tokens = tokens // { resolves = { next = tokens; default = tokens // { resolve = "default"; }; }; };
}
