let
  refused = names: builtins.listToAttrs (map (name: { inherit name; value = false; }) names);
in
{
  names = { acme = true; flit-core = true; } // refused [ "Acme" "a_b" "../a" "a/b" "a\nb" ];
  packages = { same = true; } // refused [ "path" "lines" "number" "index" "wheel" "wheels" "requires" "numbers" ];
  builds = { text = true; } // refused [ "names" "number" ];
  files = { same = true; } // refused [
    "path" "parent" "shell" "lines" "empty" "md5" "other" "none" "blake" "zero" "negative" "fraction" "text"
  ];
}
