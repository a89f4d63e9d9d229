{
  name = "library";
  extra = null;
  group = "test";
}
