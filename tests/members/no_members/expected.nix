{
  services = { };
  libraries = { };
}
