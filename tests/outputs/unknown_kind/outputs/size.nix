{ ... }: { kinds = [ "services" ]; build = member: member; }
