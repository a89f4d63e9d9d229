{ ... }: { kinds = [ "service" ]; build = member: member; jobs = member: member; }
