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

# unpack_files DIRECTORY NUMBER DEB FILE...: put some files of a Debian package, or all below a directory,
# into a directory, each under the name that it has in the package, such as ./usr/bin/x, without the first
# NUMBER components of that. A file that is unpacked only to be moved or deleted costs three times: ext4
# passes over inodes that were freed lately.
unpack_files() {
  directory=$1
  number=$2
  deb=$3
  shift 3
  mkdir -p "$directory"
  ar p "$deb" data.tar.xz | tar -xJ -C "$directory" --strip-components "$number" "$@"
}

# files DEB: list the files and directories of a Debian package.
files() {
  ar p "$1" data.tar.xz | tar -tJ
}

# prune DIRECTORY GLOB...: delete the files and directories in it that match.
prune() (
  cd "$1"
  shift
  # Not quoted: they are globs only here.
  rm -rf $*
)
