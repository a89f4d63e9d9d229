{
  services = {
    api_gateway = {
      key = "api-gateway";
      directory = "src/api_gateway";
      module = "api_gateway";
      extras = [ ];
      testKeys = [ "api-gateway[:test]" ];
    };
    tokens = {
      key = "tokens";
      directory = "src/tokens";
      module = "tokens";
      extras = [ ];
      testKeys = [ ];
    };
  };
  libraries.common = {
    key = "common";
    directory = "lib/common";
    module = "common";
    extras = [ "cache" "db" ];
    testKeys = [ ];
  };
}
