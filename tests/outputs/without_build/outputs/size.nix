{ ... }: { kinds = [ "service" ]; }
