{ ... }: { kinds = [ ]; build = member: member; }
