# How many bytes a download may have where an older lock does not name its size: 4 GiB.
4 * 1024 * 1024 * 1024
