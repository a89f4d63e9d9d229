# unpack DIRECTORY DEB...: put the files of Debian packages into a directory, those of /usr and those
# of / together; sourced by builders.
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
