{ ... }: { kinds = [ "service" ]; build = member: { total.bytes = 42; }; }
