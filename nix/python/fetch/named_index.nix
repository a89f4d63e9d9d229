# The explicit indexes of the workspace's pyproject.toml, [[tool.uv.index]]: their URLs by name.
{ root }:
let
  inherit (builtins) attrValues concatMap fromTOML listToAttrs match pathExists readFile substring;

  manifest = root + "/pyproject.toml";
  indexes = if pathExists manifest then (fromTOML (readFile manifest)).tool.uv.index or [ ] else [ ];
  known = listToAttrs (map (index: { inherit (index) name; value = { inherit (index) url; flat = index.format or "" == "flat"; }; }) indexes);
  path = url:
    if match "file:(//localhost|//)?/.*" url != null then [ (builtins.elemAt (match "file:(//localhost|//)?(/.*)" url) 1) ]
    else if match "[A-Za-z][A-Za-z0-9+.-]*:.*" url != null then [ ]
    else if substring 0 1 url == "/" then [ url ]
    else [ "${toString root}/${url}" ];
in
{
  # name -> { url, flat }
  inherit known;
  directories = builtins.filter pathExists (concatMap (index: path index.url) (attrValues known));
}
