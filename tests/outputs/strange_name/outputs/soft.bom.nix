{ ... }: { kinds = [ "service" ]; build = member: member; }
