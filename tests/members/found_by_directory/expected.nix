{
  services = {
    api_gateway = {
      key = "api-gateway";
      directory = "src/api_gateway";
      module = "api_gateway";
      extras = [ ];
      everything = [ "api-gateway" "api-gateway[:test]" ];
    };
    tokens = {
      key = "tokens";
      directory = "src/tokens";
      module = "tokens";
      extras = [ ];
      everything = [ "tokens" ];
    };
  };
  libraries.common = {
    key = "common";
    directory = "lib/common";
    module = "common";
    extras = [ "cache" "db" ];
    everything = [ "common" "common[cache]" "common[db]" ];
  };
}
