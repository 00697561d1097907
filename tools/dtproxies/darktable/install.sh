#!/bin/bash
# Installs the supported darktable on a Debian or Ubuntu host: a small Debian tree in one directory that runs with its own
# loader and libraries. Packages of the host are not changed. Takes about a minute and 850 MB.
#
#   install.sh [DIRECTORY]  DIRECTORY is .darktable by default
#
#   DEBIAN_MIRROR           URI of a Debian archive; by default the one that apt uses, or, on Ubuntu, the one that its
#                           debootstrap takes for Debian.
#
# The tree is built in DIRECTORY.part and renamed when complete: an interrupted run leaves no incomplete DIRECTORY, and
# the next run starts over. If DIRECTORY contains the supported version, nothing is changed.
set -euo pipefail

version=5.4.1
suite=trixie
target=${1:-.darktable}
keys=/usr/share/keyrings/debian-archive-keyring.gpg

stop() { # stop WHAT FIX
    printf 'error: %s\n  fix: %s\n' "$1" "$2" >&2
    exit 1
}

installed_version() { # installed_version TREE
    local loader libraries
    loader=$(find "$1/lib64/" "$1/usr/lib64/" "$1/lib/" "$1/usr/lib/" -maxdepth 1 -name 'ld-linux*.so.*' 2>/dev/null | head -n 1 || true)
    libraries=$(find "$1/usr/lib" -path '*/darktable/libdarktable.so' -printf '%h\n' 2>/dev/null | head -n 1 || true)
    [ -n "$loader" ] && [ -n "$libraries" ] || return 0
    LC_ALL=C.UTF-8 "$loader" --library-path "${libraries%/darktable}:$libraries:$1/usr/lib" \
        "$1/usr/bin/darktable-cli" --version 2>/dev/null | sed -n 's/^darktable \([0-9.]*\).*/\1/p' | head -n 1
}

apts_debian_mirror() { # the first archive of apt's sources, of either form, whose path ends in /debian
    {
        sed -n 's/^URIs:[[:space:]]*//p' /etc/apt/sources.list.d/*.sources 2>/dev/null | tr ' ' '\n' || true
        sed -nE 's/^deb[[:space:]]+(\[[^]]*\][[:space:]]+)?([^[:space:]]+).*/\2/p' \
            /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null || true
    } | grep -E '/debian/?$' | head -n 1 || true
}

debootstraps_debian_mirror() { # the archive that the distribution's own debootstrap takes for Debian
    sed -n 's/^DEF_MIRROR="\(.*\)"$/\1/p' "$(command -v debootstrap)" | head -n 1
}

have_packages() { # have_packages NAME...: install those that are missing
    for package in "$@"; do
        if ! dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed'; then
            [ -n "${updated:-}" ] || apt-get update -qq
            updated=yes
            apt-get install -y -qq --no-install-recommends "$package"
        fi
    done
}

if [ "$(installed_version "$target")" = "$version" ]; then
    echo "darktable $version is already installed in $target"
    exit 0
fi

[ "$(id -u)" = 0 ] || stop "installing darktable $version requires root, to unpack Debian packages with their owners" \
    "run it again with sudo"
command -v apt-get >/dev/null || stop "this is neither Debian nor Ubuntu" \
    "install darktable $version yourself and set DTPROXIES_DARKTABLE to its darktable-cli"
mirror=${DEBIAN_MIRROR:-$(apts_debian_mirror)}
if [ -z "$mirror" ]; then
    have_packages debootstrap
    mirror=$(debootstraps_debian_mirror)
fi
[ -n "$mirror" ] || stop "no Debian archive is known here, and only Debian's $suite-backports holds darktable $version" \
    "set DEBIAN_MIRROR to the URI of a Debian archive and run it again"

have_packages mmdebstrap debian-archive-keyring

mkdir -p "$(dirname "$target")"
part=$target.part
exec 9>"$target.lock"
flock -n 9 || stop "another run is installing into $target" "wait for it to end"
trap 'rm -rf --one-file-system "$part"; rm -f "$target.lock"' EXIT
rm -rf --one-file-system "$part"

# In a separate mount namespace, mounts inside the tree disappear with the process, even after kill -9.
private=()
unshare --mount true 2>/dev/null && private=(unshare --mount)

# Without this option, apt rejects archive snapshots, or a clock ahead of the signatures, as out of date.
${private[@]+"${private[@]}"} mmdebstrap --quiet --variant=minbase \
    --include="darktable/$suite-backports,python3-minimal,python3-numpy" \
    --aptopt='Acquire::Check-Valid-Until "false"' \
    --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/man/*' \
    "$suite" "$part" \
    "deb [signed-by=$keys] $mirror $suite main" \
    "deb [signed-by=$keys] $mirror $suite-backports main" ||
    stop "a Debian tree could not be built from $mirror" "see above; DEBIAN_MIRROR names another archive"

found=$(installed_version "$part")
[ "$found" = "$version" ] || stop "$suite-backports of $mirror contains darktable ${found:-that does not start}, not $version" \
    "set DEBIAN_MIRROR to an archive snapshot that contains $version"
rm -rf --one-file-system "$target"
mv "$part" "$target"
echo "darktable $version is installed in $target"
