set -eu
mkdir "$out"
cd "$out"
for deb in $debs; do
  ar p "$deb" data.tar.xz | tar -xJ
done
# Documentation, and what belongs to an installed system, serves nobody in a store; nor do locales
# and gconv modules: without a locale Python is in UTF-8 mode (PEP 540), and has codecs of its own.
rm -rf usr/share/doc usr/share/man usr/share/info usr/share/locale usr/share/lintian usr/share/bug usr/share/gdb \
  usr/share/doc-base usr/share/menu usr/share/pixmaps usr/share/applications var \
  etc/ld.so.conf* etc/init.d etc/default etc/cron* etc/logrotate.d etc/skel lib/systemd \
  usr/lib/locale usr/lib/*-linux-gnu/gconv usr/lib/*-linux-gnu/audit
eval "rm -rf $prune"
