set -eu
"$busybox" mkdir -p "$out/bin"
"$busybox" cat > "$out/bin/needs" <<END
#!$python/bin/python3.11 -I
import sys

sys.path.insert(0, "$code/lib/python3.11/site-packages")

from needs.cli import main

main()
END
"$busybox" chmod 755 "$out/bin/needs"
