{ ... }: { kinds = [ "service" ]; build = member: "42"; }
