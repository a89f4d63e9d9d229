{
  name = "library";
  extra = "db-replica";
  group = null;
}
