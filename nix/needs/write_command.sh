set -eu
mkdir -p "$out/bin"
cat > "$out/bin/needs" <<END
#!$python/bin/python3 -I
import sys

sys.path.insert(0, "$code/$sitePackages")

from needs.cli import main

main()
END
chmod 755 "$out/bin/needs"
