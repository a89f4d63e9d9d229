{
  service = "shop";
  outputs = [ "app" "shell" "size" ];
  kit = "hello";
  member = "shop-size";
  isAttribute = { app = true; shell = true; size = true; };
  jobs = { app = "shop"; shell = "shop-env"; size = "shop-size"; };
  library = "paint";
  nested = { blue = "paint-blue"; red = "paint-red"; };
  nestedJobs = { blue = { package = "paint-blue"; }; red = { package = "paint-red"; }; };
  shell = "shop-shell";
  inShell = "shop-size";
}
