# Return a text with its capital letters, those of ASCII, in lower case.
#
# Example: lowerCase "Shop"
# Type: string -> string
let
  letters = text: builtins.genList (at: builtins.substring at 1 text) (builtins.stringLength text);
in
builtins.replaceStrings (letters "ABCDEFGHIJKLMNOPQRSTUVWXYZ") (letters "abcdefghijklmnopqrstuvwxyz")
