# Sourced by builders.

# unpack DIRECTORY DEB...: put the files of Debian packages into a directory, those of /usr and those
# of / together.
unpack() {
  directory=$1
  shift
  mkdir -p "$directory"
  # What the packages have in /usr goes where this leads.
  ln -s . "$directory/usr"
  jobs=
  for deb in "$@"; do
    ar p "$deb" data.tar.xz | tar -xJ -C "$directory" &
    jobs="$jobs $!"
  done
  for job in $jobs; do
    wait "$job"
  done
  rm "$directory/usr"
}

# prune DIRECTORY GLOB...: delete the files and directories in it that match.
prune() (
  cd "$1"
  shift
  # Not quoted: they are globs only here.
  rm -rf $*
)
