{
  api_gateway = {
    name = "api_gateway";
    kind = "service";
    key = "api-gateway";
    directory = "src/api_gateway";
    module = "api_gateway";
    extras = [ ];
    everything = [ "api-gateway" "api-gateway[:test]" ];
  };
  common = {
    name = "common";
    kind = "library";
    key = "common";
    directory = "lib/common";
    module = "common";
    extras = [ "cache" "db" ];
    everything = [ "common" "common[cache]" "common[db]" ];
  };
  tokens = {
    name = "tokens";
    kind = "service";
    key = "tokens";
    directory = "src/tokens";
    module = "tokens";
    extras = [ ];
    everything = [ "tokens" ];
  };
}
